package qiantang.sim.plan;

import java.util.List;
import qiantang.sim.sparkplug.EdgeNode;

/**
 * One device whose readings are planned.
 *
 * @param id under which the API knows it
 * @param name by which its gateway calls it
 * @param metrics the names, in the order of the values
 * @param ageMillis for how long it has run when the plan begins
 */
public record DevicePlan(
    String id, String name, long seed, SignalModel model, List<String> metrics, long ageMillis) {

  static DevicePlan of(String id, long seed, SignalModel model) {
    return new DevicePlan(id, id, seed, model, model.metrics(), 0);
  }

  /** A device of an edge node, which its name alone does not tell from those of other nodes. */
  static DevicePlan of(EdgeNode node, String name, long seed, SignalModel model) {
    return new DevicePlan(EdgeNode.id(node.name(name)), name, seed, model, model.metrics(), 0);
  }

  DevicePlan without(String prefix) {
    return new DevicePlan(
        PublisherPlan.cut(id, prefix),
        PublisherPlan.cut(name, prefix),
        seed,
        model,
        metrics,
        ageMillis);
  }

  /** The same device, which has run for so long when the plan begins. */
  DevicePlan aged(long millis) {
    return new DevicePlan(id, name, seed, model, metrics, millis);
  }

  Signal signal(long n, long millis) {
    return Signal.of(model, seed, n, ageMillis + millis);
  }

  /** The machine behind the readings: what its states, parts and energy are at any instant. */
  public Machine machine() {
    return Machine.of(model, seed);
  }
}
