/** Tests of the console's files, as files. */
@NullMarked
package qiantang.query.console;

import org.jspecify.annotations.NullMarked;
