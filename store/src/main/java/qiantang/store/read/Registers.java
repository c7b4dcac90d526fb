package qiantang.store.read;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import qiantang.store.fold.FoldTables;
import qiantang.store.fold.RecordTables.RegisterPartition;
import qiantang.store.fold.RecordTables.RegisterRow;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;

/** The registers of an enterprise's devices. Any thread. */
final class Registers {
  // A partition of the largest enterprise has 3 MiB.
  private static final int PARTITIONS_AT_ONCE = 8;

  private final FoldTables folds;
  private final Executor executor;

  Registers(FoldTables folds, Executor executor) {
    this.folds = folds;
    this.executor = executor;
  }

  /** Visits those of these devices. */
  CompletionStage<Void> visit(
      EnterpriseId enterprise, WantedDevices wanted, Consumer<RegisterRow> visitor) {
    Set<DeviceId> devices = wanted.devices();
    Map<RegisterPartition, List<DeviceId>> byPartition =
        devices == null
            ? Map.of()
            : devices.stream()
                .collect(Collectors.groupingBy(id -> RegisterPartition.of(enterprise, id)));
    List<RegisterPartition> partitions =
        devices != null
            ? List.copyOf(byPartition.keySet())
            : IntStream.range(0, RegisterPartition.BUCKETS)
                .mapToObj(bucket -> new RegisterPartition(enterprise, bucket))
                .toList();
    return Batches.read(
        partitions,
        PARTITIONS_AT_ONCE,
        partition -> {
          List<DeviceId> some = byPartition.get(partition);
          return some == null
              ? folds.readRegisters(partition)
              : folds.readRegisters(partition, some);
        },
        registers -> registers.forEach(visitor),
        executor);
  }
}
