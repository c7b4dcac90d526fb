package qiantang.standalone;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import qiantang.sim.DemoFleet;
import qiantang.store.registry.UnitTables.Change;
import qiantang.store.registry.Units;

/**
 * The units of a demo's enterprise: as its fleet publishes. What all models measure alike is said
 * once for all, so that devices behind gateways, whose models nobody says, have it too.
 */
final class DemoUnits {
  private DemoUnits() {}

  static List<Change> of(Collection<String> models) {
    SortedMap<String, SortedMap<String, String>> byMetric = new TreeMap<>();
    for (String model : models) {
      DemoFleet.units(model)
          .forEach(
              (metric, unit) ->
                  byMetric.computeIfAbsent(metric, any -> new TreeMap<>()).put(model, unit));
    }
    List<Change> changes = new ArrayList<>();
    byMetric.forEach(
        (metric, byModel) -> {
          if (new HashSet<>(byModel.values()).size() == 1) {
            String unit = byModel.get(byModel.firstKey());
            changes.add(new Change(new Units.Metric(Units.Metric.ALL, metric), unit));
          } else {
            byModel.forEach(
                (model, unit) -> changes.add(new Change(new Units.Metric(model, metric), unit)));
          }
        });
    return changes;
  }
}
