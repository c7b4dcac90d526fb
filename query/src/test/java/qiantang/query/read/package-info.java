/** What is read, without a store. */
@NullMarked
package qiantang.query.read;

import org.jspecify.annotations.NullMarked;
