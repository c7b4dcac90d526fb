/** How much of the API one caller may use, so that none takes what others need. */
@NullMarked
package qiantang.query.limit;

import org.jspecify.annotations.NullMarked;
