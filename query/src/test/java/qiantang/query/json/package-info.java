/** Writing without sockets. */
@NullMarked
package qiantang.query.json;

import org.jspecify.annotations.NullMarked;
