/**
 * {@code qiantang admin}: enterprises, devices and tokens through the HTTP API, as any customer's
 * own program would. Knows nothing of the store. Runs on the main thread.
 */
@NullMarked
package qiantang.standalone.admin;

import org.jspecify.annotations.NullMarked;
