/** Parsing without sockets. */
@NullMarked
package qiantang.query.http;

import org.jspecify.annotations.NullMarked;
