/** Placeholder for the wiring of this module. */
@NullMarked
package qiantang.sim;

import org.jspecify.annotations.NullMarked;
