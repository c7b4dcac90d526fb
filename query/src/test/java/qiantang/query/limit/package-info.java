/** Tests of limits. */
@NullMarked
package qiantang.query.limit;

import org.jspecify.annotations.NullMarked;
