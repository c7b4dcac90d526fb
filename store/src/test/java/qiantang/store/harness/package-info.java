/**
 * A world in one thread: time by hand, tables that hold, fail and apply late, a node whose sessions
 * are lists. Nothing here draws a random number that the test did not seed.
 */
@NullMarked
package qiantang.store.harness;

import org.jspecify.annotations.NullMarked;
