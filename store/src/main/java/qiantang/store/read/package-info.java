/**
 * Answers from what is stored. Positions are read first, then what was folded and what was not at
 * the same time; a rank that holds for all of them decides which of two is the later. No clock,
 * thread or random number of its own.
 */
@NullMarked
package qiantang.store.read;

import org.jspecify.annotations.NullMarked;
