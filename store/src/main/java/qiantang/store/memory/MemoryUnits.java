package qiantang.store.memory;

import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import qiantang.store.model.EnterpriseId;
import qiantang.store.registry.UnitTables;
import qiantang.store.registry.Units;

/** The table of units in memory; every stage is complete when it is returned. Any thread. */
public final class MemoryUnits implements UnitTables {
  private final ConcurrentMap<EnterpriseId, Units> units = new ConcurrentHashMap<>();

  /** No units. */
  public MemoryUnits() {}

  @Override
  public CompletionStage<Units> read(EnterpriseId enterprise) {
    return CompletableFuture.completedFuture(units.getOrDefault(enterprise, Units.NONE));
  }

  @Override
  public CompletionStage<Void> write(EnterpriseId enterprise, List<Change> changes) {
    units.merge(enterprise, with(Units.NONE, changes), (now, _) -> with(now, changes));
    return CompletableFuture.runAsync(() -> {}, Runnable::run);
  }

  private static Units with(Units now, List<Change> changes) {
    SortedMap<Units.Metric, String> all = new TreeMap<>(now.byMetric());
    for (Change change : changes) {
      if (change.unit() == null) {
        all.remove(change.metric());
      } else {
        all.put(change.metric(), change.unit());
      }
    }
    return new Units(all);
  }
}
