package qiantang.sim;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import picocli.CommandLine;

/**
 * One command in this process.
 *
 * @param text what it wrote to standard output and standard error
 */
record SimRun(int exitCode, String text) {

  /** Of an option that is given twice the last one holds, as in the program. */
  static SimRun of(List<String> arguments) {
    StringWriter out = new StringWriter();
    int exitCode =
        new CommandLine(new SimCommand())
            .setOut(new PrintWriter(out))
            .setErr(new PrintWriter(out))
            .setOverwrittenOptionsAllowed(true)
            .execute(arguments.toArray(String[]::new));
    return new SimRun(exitCode, out.toString());
  }
}
