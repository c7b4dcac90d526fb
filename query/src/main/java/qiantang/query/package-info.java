/** The HTTP API: configuration and wiring. */
@NullMarked
package qiantang.query;

import org.jspecify.annotations.NullMarked;
