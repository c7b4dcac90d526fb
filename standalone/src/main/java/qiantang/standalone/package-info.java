/** Placeholder for the wiring of this module. */
@NullMarked
package qiantang.standalone;

import org.jspecify.annotations.NullMarked;
