package qiantang.sim.plan;

import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** One reading of one scenario file: what is wrong, and which keys are known where. */
final class Reading {
  private final Problems problems;
  private final Map<String, Set<String>> knownKeys = new TreeMap<>();

  Reading(Problems problems) {
    this.problems = problems;
  }

  Problems problems() {
    return problems;
  }

  void known(String path, Set<String> keys) {
    knownKeys.computeIfAbsent(path, p -> new TreeSet<>()).addAll(keys);
  }

  /** Keys by the path of their group, such as {@code fleets[]} or {@code disorder.late}. */
  Map<String, Set<String>> knownKeys() {
    return knownKeys;
  }
}
