package qiantang.sim;

import picocli.CommandLine;

/** The commands as a process of their own, that a test can kill. */
final class SimProcess {
  private SimProcess() {}

  public static void main(String[] arguments) {
    int exitCode =
        new CommandLine(new SimCommand()).setOverwrittenOptionsAllowed(true).execute(arguments);
    Runtime.getRuntime().exit(exitCode);
  }
}
