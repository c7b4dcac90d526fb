package qiantang.sim.plan;

import java.util.ArrayList;
import java.util.List;

/** Collects everything that is wrong with a file, so that one run shows all of it. */
final class Problems {
  private final List<String> lines = new ArrayList<>();

  void add(int line, int column, String message) {
    lines.add("line " + line + ", column " + column + ": " + message);
  }

  boolean none() {
    return lines.isEmpty();
  }

  String text() {
    return String.join("\n", lines);
  }
}
