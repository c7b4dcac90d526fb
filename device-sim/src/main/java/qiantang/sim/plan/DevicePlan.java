package qiantang.sim.plan;

import java.util.List;

/**
 * One device whose readings are planned.
 *
 * @param metrics the names, in the order of the values
 */
public record DevicePlan(String id, long seed, SignalModel model, List<String> metrics) {

  static DevicePlan of(String id, long seed, SignalModel model) {
    return new DevicePlan(id, seed, model, model.metrics());
  }

  DevicePlan without(String prefix) {
    return new DevicePlan(PublisherPlan.cut(id, prefix), seed, model, metrics);
  }

  Signal signal(long n, long millis) {
    return Signal.of(model, seed, n, millis);
  }

  /** The machine behind the readings: what its states, parts and energy are at any instant. */
  public Machine machine() {
    return Machine.of(model, seed);
  }
}
