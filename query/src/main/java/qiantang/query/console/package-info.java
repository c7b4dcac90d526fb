/**
 * The files of the console, as they are sent: our own from the folder of the same name, libraries
 * from WebJars, both read once at start and kept compressed. Knows nothing of HTTP.
 */
@NullMarked
package qiantang.query.console;

import org.jspecify.annotations.NullMarked;
