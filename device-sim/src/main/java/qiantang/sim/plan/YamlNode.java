package qiantang.sim.plan;

import java.util.List;
import java.util.Map;

/** A YAML document that still knows where each thing stands, so that errors can say so. */
sealed interface YamlNode {
  int line();

  int column();

  /** A key's own place, and its value. */
  record Entry(int line, int column, YamlNode value) {}

  record Mapping(int line, int column, Map<String, Entry> entries) implements YamlNode {}

  record Sequence(int line, int column, List<YamlNode> items) implements YamlNode {}

  record Scalar(int line, int column, String text) implements YamlNode {}

  /** A key without a value. */
  record Nothing(int line, int column) implements YamlNode {}
}
