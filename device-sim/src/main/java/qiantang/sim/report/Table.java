package qiantang.sim.report;

/** Lines of a heading and a text, for standard output. */
public final class Table {
  private static final int HEAD_CHARS = 10;
  private static final int COUNT_CHARS = 10;

  private final StringBuilder out = new StringBuilder();

  /** Adds a line; one without a heading belongs to the line above. */
  public void line(String head, String text) {
    out.append(head).repeat(' ', Math.max(0, HEAD_CHARS - head.length())).append(' ');
    out.append(text).append('\n');
  }

  /** Adds a line with a right-aligned count. */
  public void count(String head, long count, String text) {
    String digits = Long.toString(count);
    line(head, " ".repeat(Math.max(0, COUNT_CHARS - digits.length())) + digits + "  " + text);
  }

  @Override
  public String toString() {
    return out.toString();
  }
}
