package qiantang.sim.plan;

import java.util.List;
import qiantang.sim.sparkplug.EdgeNode;

/**
 * One device whose readings are planned.
 *
 * @param id under which the API knows it
 * @param name by which its gateway calls it
 * @param metrics the names, in the order of the values
 */
public record DevicePlan(
    String id, String name, long seed, SignalModel model, List<String> metrics) {

  static DevicePlan of(String id, long seed, SignalModel model) {
    return new DevicePlan(id, id, seed, model, model.metrics());
  }

  /** A device of an edge node, which its name alone does not tell from those of other nodes. */
  static DevicePlan of(EdgeNode node, String name, long seed, SignalModel model) {
    return new DevicePlan(EdgeNode.id(node.name(name)), name, seed, model, model.metrics());
  }

  DevicePlan without(String prefix) {
    return new DevicePlan(
        PublisherPlan.cut(id, prefix), PublisherPlan.cut(name, prefix), seed, model, metrics);
  }

  Signal signal(long n, long millis) {
    return Signal.of(model, seed, n, millis);
  }

  /** The machine behind the readings: what its states, parts and energy are at any instant. */
  public Machine machine() {
    return Machine.of(model, seed);
  }
}
