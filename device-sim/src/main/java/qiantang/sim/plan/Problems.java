package qiantang.sim.plan;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;

/** Collects everything that is wrong with a file, so that one run shows all of it. */
final class Problems {
  private final String file;
  private final List<Problem> problems = new ArrayList<>();

  private record Problem(int line, int column, String message) {}

  Problems(String file) {
    this.file = file;
  }

  void add(int line, int column, String message) {
    problems.add(new Problem(line, column, message));
  }

  boolean none() {
    return problems.isEmpty();
  }

  /** A line each, in the order of the file. */
  String text() {
    return problems.stream()
        .sorted(Comparator.comparingInt(Problem::line).thenComparingInt(Problem::column))
        .map(p -> file + ", line " + p.line + ", column " + p.column + ": " + p.message)
        .collect(Collectors.joining("\n"));
  }
}
