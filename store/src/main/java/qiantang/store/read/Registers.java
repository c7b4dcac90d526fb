package qiantang.store.read;

import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
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

  /** Visits that of a device, or all of them (null). */
  CompletionStage<Void> visit(
      EnterpriseId enterprise, @Nullable DeviceId device, Consumer<RegisterRow> visitor) {
    if (device != null) {
      return folds
          .readRegisters(RegisterPartition.of(enterprise, device), List.of(device))
          .thenAcceptAsync(registers -> registers.forEach(visitor), executor);
    }
    List<RegisterPartition> partitions =
        IntStream.range(0, RegisterPartition.BUCKETS)
            .mapToObj(bucket -> new RegisterPartition(enterprise, bucket))
            .toList();
    return Batches.read(
        partitions,
        PARTITIONS_AT_ONCE,
        folds::readRegisters,
        registers -> registers.forEach(visitor),
        executor);
  }
}
