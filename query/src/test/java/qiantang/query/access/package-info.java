/** Tests of decisions. */
@NullMarked
package qiantang.query.access;

import org.jspecify.annotations.NullMarked;
