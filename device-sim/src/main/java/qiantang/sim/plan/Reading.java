package qiantang.sim.plan;

import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** One reading of one scenario file: what is wrong, and which keys are known where. */
final class Reading {
  private final Problems problems;
  private final Set<Feature> supported;
  private final Map<String, Set<String>> knownKeys = new TreeMap<>();

  /**
   * A reading that begins.
   *
   * @param supported features whose use is no problem
   */
  Reading(Problems problems, Set<Feature> supported) {
    this.problems = problems;
    this.supported = Set.copyOf(supported);
  }

  Problems problems() {
    return problems;
  }

  boolean supports(Feature feature) {
    return supported.contains(feature);
  }

  void known(String path, Set<String> keys) {
    knownKeys.computeIfAbsent(path, p -> new TreeSet<>()).addAll(keys);
  }

  /** Keys by the path of their group, such as {@code fleets[]} or {@code disorder.late}. */
  Map<String, Set<String>> knownKeys() {
    return knownKeys;
  }
}
