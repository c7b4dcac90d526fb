package qiantang.sim.report;

import java.io.Console;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * What standard error is connected to.
 *
 * @param redraws whether the cursor can go back, so that lines are drawn in place
 * @param colours whether colours are wanted
 */
public record Screen(boolean redraws, boolean colours) {
  private static final Path ERR = Path.of("/proc/self/fd/2");

  /** Lines one after the other, for files, pipes and tests. */
  public static final Screen PLAIN = new Screen(false, false);

  /** As it is here. Follows NO_COLOR (no-color.org) and TERM=dumb. */
  public static Screen here(Map<String, String> environment) {
    return of(isTerminal(), environment);
  }

  static Screen of(boolean terminal, Map<String, String> environment) {
    boolean redraws = terminal && !environment.getOrDefault("TERM", "dumb").equals("dumb");
    boolean colours = redraws && environment.getOrDefault("NO_COLOR", "").isEmpty();
    return new Screen(redraws, colours);
  }

  /** Java knows only of standard input and output; Linux tells of standard error. */
  private static boolean isTerminal() {
    try {
      String name = Files.readSymbolicLink(ERR).toString();
      return name.startsWith("/dev/pts/") || name.startsWith("/dev/tty");
    } catch (IOException | UnsupportedOperationException e) {
      return Optional.ofNullable(System.console()).map(Console::isTerminal).orElse(false);
    }
  }
}
