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
}
