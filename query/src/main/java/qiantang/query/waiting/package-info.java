/** How long a request waits, and for what: the store's answers, and room in memory. */
@NullMarked
package qiantang.query.waiting;

import org.jspecify.annotations.NullMarked;
