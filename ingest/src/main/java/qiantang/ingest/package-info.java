/** Placeholder for the wiring of this module. */
@NullMarked
package qiantang.ingest;

import org.jspecify.annotations.NullMarked;
