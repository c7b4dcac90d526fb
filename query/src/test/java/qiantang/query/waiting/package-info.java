/** Tests of limits. */
@NullMarked
package qiantang.query.waiting;

import org.jspecify.annotations.NullMarked;
