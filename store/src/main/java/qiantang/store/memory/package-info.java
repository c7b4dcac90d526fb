/**
 * The tables in memory: for benchmarks that ask what the database costs, for unit tests, and for
 * simulated histories. Nothing is kept across a restart.
 */
@NullMarked
package qiantang.store.memory;

import org.jspecify.annotations.NullMarked;
