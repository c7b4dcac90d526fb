/** The demo and the script as a visitor has them: processes, files, exit codes, sentences. */
@NullMarked
package qiantang.standalone.demo;

import org.jspecify.annotations.NullMarked;
