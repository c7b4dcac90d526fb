package qiantang.standalone;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a program hears of SIGHUP, by how it was started. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class HangUpIT {
  /** Listens, and ends. */
  static final class Program {
    private Program() {}

    public static void main(String[] args) {
      HangUp.run(() -> {});
    }
  }

  @Test
  void whoeverIgnoresItFromTheStartIsToldOnce() throws Exception {
    List<String> lines =
        started("trap '' HUP; exec \"$0\" \"$@\"")
            .lines() // as nohup does
            .filter(line -> line.contains("SIGHUP"))
            .toList();
    assertEquals(1, lines.size(), lines.toString());
    assertTrue(lines.getFirst().contains("WARN"), lines.getFirst());
    assertTrue(lines.getFirst().contains("start it without nohup"), lines.getFirst());
  }

  private static String started(String shell) throws Exception {
    Process process =
        new ProcessBuilder(
                "sh",
                "-c",
                shell,
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Program.class.getName())
            .redirectErrorStream(true)
            .start();
    String said = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertEquals(0, process.waitFor(), said);
    return said;
  }
}
