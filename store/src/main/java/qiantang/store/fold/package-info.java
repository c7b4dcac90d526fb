/**
 * Folds: the journal sorted into blocks, blocks packed into chunks and states, and the layout that
 * says where each lies. Whatever has been folded so far, answers are the same. Deterministic:
 * clock, timers and tables are parameters.
 */
@NullMarked
package qiantang.store.fold;

import org.jspecify.annotations.NullMarked;
