/** Placeholder for the wiring of this module. */
@NullMarked
package qiantang.query;

import org.jspecify.annotations.NullMarked;
