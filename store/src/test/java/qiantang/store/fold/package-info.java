/** Folds over tables in memory, with a world that says what arrived and what must come of it. */
@NullMarked
package qiantang.store.fold;

import org.jspecify.annotations.NullMarked;
