package qiantang.sim.worker;

import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/** The program of a worker process. */
public final class WorkerProgram {
  private WorkerProgram() {}

  public static void main(String[] arguments) {
    // Standard output is for words to the coordinator; what a library prints goes to its log.
    System.setOut(
        new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8));
    Worker worker =
        new Worker(
            new FileInputStream(FileDescriptor.in), new FileOutputStream(FileDescriptor.out));
    System.exit(worker.run());
  }
}
