/** Counts how well enterprises' devices are, each minute, and adds it up for platforms. */
@NullMarked
package qiantang.store.count;

import org.jspecify.annotations.NullMarked;
