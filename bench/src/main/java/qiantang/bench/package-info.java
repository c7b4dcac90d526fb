/** Placeholder for the wiring of this module. */
@NullMarked
package qiantang.bench;

import org.jspecify.annotations.NullMarked;
