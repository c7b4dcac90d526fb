package qiantang.store.registry;

import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import qiantang.store.model.EnterpriseId;

/**
 * The table of units. A stage that fails means that the store is away or the outcome unknown;
 * repeating a write changes nothing.
 */
public interface UnitTables {
  /**
   * What is to hold from now on.
   *
   * @param unit null for none
   */
  record Change(Units.Metric metric, @Nullable String unit) {}

  /** All that an enterprise said. */
  CompletionStage<Units> read(EnterpriseId enterprise);

  /** Changes units, all or none; each metric at most once, and no more than an enterprise has. */
  CompletionStage<Void> write(EnterpriseId enterprise, List<Change> changes);
}
