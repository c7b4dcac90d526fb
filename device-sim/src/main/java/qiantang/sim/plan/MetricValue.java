package qiantang.sim.plan;

/** A value as a device reports it. */
public sealed interface MetricValue {

  record Decimal(double value) implements MetricValue {}

  record Whole(long value) implements MetricValue {}

  record Flag(boolean value) implements MetricValue {}

  /** Text of the models: letters, digits, space, dash; so it needs no escaping in JSON. */
  record Text(String value) implements MetricValue {}

  /** Appends the value as JSON, a decimal in its shortest form. */
  default void appendTo(StringBuilder json) {
    switch (this) {
      case Decimal d -> json.append(d.value());
      case Whole w -> json.append(w.value());
      case Flag f -> json.append(f.value());
      case Text t -> json.append('"').append(t.value()).append('"');
    }
  }
}
