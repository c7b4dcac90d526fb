package qiantang.query.change;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import qiantang.query.auth.Leave;
import qiantang.query.read.KeptUnits;
import qiantang.query.waiting.StoreWait;
import qiantang.store.model.EnterpriseId;
import qiantang.store.registry.UnitTables;
import qiantang.store.registry.Units;

/** Changes the units of an enterprise; other nodes follow within 10 s. */
public final class ChangeUnits {
  private final UnitTables tables;
  private final KeptUnits kept;
  private final StoreWait store;

  /** What became of it. */
  public sealed interface Result {
    /** All that holds now. */
    record Changed(Units units) implements Result {}

    /** Nothing was changed: there would be so many. */
    record TooMany(int count) implements Result {}
  }

  /** Changes a table; what is kept of it is forgotten. */
  public ChangeUnits(UnitTables tables, KeptUnits kept, StoreWait store) {
    this.tables = tables;
    this.kept = kept;
    this.store = store;
  }

  /** Makes the changes, all or none; each of another metric. */
  public Result run(Leave leave, List<UnitTables.Change> changes) {
    EnterpriseId id = leave.enterpriseToChange();
    Set<Units.Metric> after = new TreeSet<>(store.await(tables.read(id)).byMetric().keySet());
    for (UnitTables.Change change : changes) {
      if (change.unit() == null) {
        after.remove(change.metric());
      } else {
        after.add(change.metric());
      }
    }
    if (after.size() > Units.COUNT_MAX) {
      return new Result.TooMany(after.size());
    }
    try {
      store.await(tables.write(id, changes).thenApply(nothing -> id));
    } finally {
      kept.forget(id); // also where nobody knows whether it was written
    }
    return new Result.Changed(store.await(tables.read(id)));
  }
}
