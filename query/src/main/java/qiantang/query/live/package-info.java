/** What happens, told as it happens. */
@NullMarked
package qiantang.query.live;

import org.jspecify.annotations.NullMarked;
