/**
 * How answers are written: JSON and CSV, straight into an output stream, so that the largest answer
 * takes no more memory than its data. Whoever gives the stream decides when writing blocks.
 */
@NullMarked
package qiantang.query.json;

import org.jspecify.annotations.NullMarked;
