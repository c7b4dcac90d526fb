/** What is written down of who read and changed what, and how it is read again. */
@NullMarked
package qiantang.query.audit;

import org.jspecify.annotations.NullMarked;
