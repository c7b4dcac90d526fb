/** Tests of the audit. */
@NullMarked
package qiantang.query.audit;

import org.jspecify.annotations.NullMarked;
