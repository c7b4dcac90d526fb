package qiantang.sim.journal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Since when this machine has been running: what a process wrote stays as long, forced or not. */
final class Boot {
  /** Linux: random(4), anew with each start of the kernel. */
  private static final Path ID = Path.of("/proc/sys/kernel/random/boot_id");

  /** Of a machine that does not say; no journal is from the same boot as another. */
  static final String UNKNOWN = "";

  private Boot() {}

  static String id() {
    try {
      return Files.readString(ID).strip();
    } catch (IOException e) {
      return UNKNOWN; // another system than Linux
    }
  }
}
