/**
 * What one may read of another's data: the one decision, and grants as it needs them. Pure but for
 * the book of grants, which reads the store.
 */
@NullMarked
package qiantang.query.access;

import org.jspecify.annotations.NullMarked;
