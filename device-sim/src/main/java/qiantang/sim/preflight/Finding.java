package qiantang.sim.preflight;

/**
 * One thing that a load needs.
 *
 * @param have "?" where the machine does not tell
 * @param level what follows from it
 * @param remedy a command or option; empty where all is well
 */
public record Finding(String what, String need, String have, Level level, String remedy) {

  /** How the need and what is there compare. */
  public enum Level {
    FITS,
    /** By estimate or by a figure that differs between machines: the run may try. */
    DOUBTFUL,
    /** The kernel will refuse. */
    LACKS
  }

  public boolean fits() {
    return level == Level.FITS;
  }

  /** One line, and the remedy below it. */
  public String text() {
    String line = "%-8s %-10s need %s, have %s".formatted(level.name(), what, need, have);
    return remedy.isEmpty() ? line : line + System.lineSeparator() + " ".repeat(9) + remedy;
  }
}
