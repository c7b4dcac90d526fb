package qiantang.store.read;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import qiantang.store.fold.FoldTables;
import qiantang.store.fold.HealthTables;
import qiantang.store.fold.HealthTables.HealthPartition;
import qiantang.store.fold.HealthTables.HealthRow;
import qiantang.store.fold.Layout;
import qiantang.store.fold.LayoutHistory;
import qiantang.store.fold.RecordTables.RegisterPartition;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;

/** The health rows of an enterprise's devices, by the layouts of the last day. Any thread. */
final class HealthRows {
  // A group of 64 devices has some 40 KB.
  private static final int PARTITIONS_AT_ONCE = 16;

  private final FoldTables folds;
  private final Executor executor;

  HealthRows(FoldTables folds, Executor executor) {
    this.folds = folds;
    this.executor = executor;
  }

  /** Visits those of a device, or all of them. */
  CompletionStage<Void> visit(
      LayoutHistory history, WantedDevices wanted, long nowMicros, Consumer<HealthRow> visitor) {
    EnterpriseId enterprise = history.enterprise();
    List<HealthPartition> partitions = new ArrayList<>();
    long nowMinute = Math.floorDiv(nowMicros, 60_000_000L);
    for (Layout layout : history.since(nowMinute - HealthTables.HEALTH_KEPT.toMinutes())) {
      for (int group : wanted.groups(layout)) {
        partitions.add(new HealthPartition(enterprise, layout.fromDay(), group));
      }
    }
    DeviceId single = wanted.single();
    if (single != null) {
      partitions.add(HealthPartition.ofSessions(enterprise, single));
    } else {
      for (int bucket = 0; bucket < RegisterPartition.BUCKETS; bucket++) {
        partitions.add(new HealthPartition(enterprise, HealthPartition.SESSIONS_DAY, bucket));
      }
    }
    return visit(partitions, single, visitor);
  }

  /** Visits what is known of a device's sessions. */
  CompletionStage<Void> visitSessions(
      EnterpriseId enterprise, DeviceId device, Consumer<HealthRow> visitor) {
    return visit(List.of(HealthPartition.ofSessions(enterprise, device)), device, visitor);
  }

  private CompletionStage<Void> visit(
      List<HealthPartition> partitions, @Nullable DeviceId single, Consumer<HealthRow> visitor) {
    return Batches.read(
        partitions,
        PARTITIONS_AT_ONCE,
        partition -> folds.readHealth(partition, single == null ? null : List.of(single)),
        rows -> rows.forEach(visitor),
        executor);
  }
}
