package qiantang.store.read;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
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

  /** Visits those of these devices. */
  CompletionStage<Void> visit(
      LayoutHistory history, WantedDevices wanted, long nowMicros, Consumer<HealthRow> visitor) {
    EnterpriseId enterprise = history.enterprise();
    Map<HealthPartition, List<DeviceId>> partitions = sessions(enterprise, wanted);
    long nowMinute = Math.floorDiv(nowMicros, 60_000_000L);
    for (Layout layout : history.since(nowMinute - HealthTables.HEALTH_KEPT.toMinutes())) {
      if (wanted.devices() == null) {
        for (int group : wanted.groups(layout)) {
          partitions.put(new HealthPartition(enterprise, layout.fromDay(), group), List.of());
        }
      } else {
        for (DeviceId device : wanted.devices()) {
          HealthPartition own =
              new HealthPartition(enterprise, layout.fromDay(), layout.groupOf(device));
          partitions.computeIfAbsent(own, key -> new ArrayList<>()).add(device);
        }
      }
    }
    return visit(partitions, visitor);
  }

  /** Visits what is known of devices' sessions. */
  CompletionStage<Void> visitSessions(
      EnterpriseId enterprise, WantedDevices wanted, Consumer<HealthRow> visitor) {
    return visit(sessions(enterprise, wanted), visitor);
  }

  private static Map<HealthPartition, List<DeviceId>> sessions(
      EnterpriseId enterprise, WantedDevices wanted) {
    Map<HealthPartition, List<DeviceId>> partitions = new HashMap<>();
    if (wanted.devices() != null) {
      for (DeviceId device : wanted.devices()) {
        partitions
            .computeIfAbsent(
                HealthPartition.ofSessions(enterprise, device), key -> new ArrayList<>())
            .add(device);
      }
      return partitions;
    }
    for (int bucket = 0; bucket < RegisterPartition.BUCKETS; bucket++) {
      partitions.put(
          new HealthPartition(enterprise, HealthPartition.SESSIONS_DAY, bucket), List.of());
    }
    return partitions;
  }

  /** Of partitions without devices all rows. */
  private CompletionStage<Void> visit(
      Map<HealthPartition, List<DeviceId>> partitions, Consumer<HealthRow> visitor) {
    return Batches.read(
        List.copyOf(partitions.keySet()),
        PARTITIONS_AT_ONCE,
        partition -> {
          List<DeviceId> some = partitions.getOrDefault(partition, List.of());
          return folds.readHealth(partition, some.isEmpty() ? null : some);
        },
        rows -> rows.forEach(visitor),
        executor);
  }
}
