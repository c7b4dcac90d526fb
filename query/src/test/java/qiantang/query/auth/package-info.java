/** Tests of decisions. */
@NullMarked
package qiantang.query.auth;

import org.jspecify.annotations.NullMarked;
