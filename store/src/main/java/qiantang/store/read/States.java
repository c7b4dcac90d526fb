package qiantang.store.read;

import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import qiantang.store.fold.FoldTables;
import qiantang.store.fold.FoldTables.State;
import qiantang.store.fold.FoldTables.StatePartition;
import qiantang.store.fold.Layout;
import qiantang.store.fold.LayoutHistory;

/**
 * The states of devices, by all layouts by which some may live: one that fell silent lies in its
 * last, until its newest value is older than the retention. Then it is as if it had never reported.
 */
final class States {
  // A group of 64 devices with 10 metrics each is some 20 KB of states.
  private static final int PARTITIONS_AT_ONCE = 32;

  private final FoldTables folds;
  private final InstantSource clock;
  private final Executor executor;

  States(FoldTables folds, InstantSource clock, Executor executor) {
    this.folds = folds;
    this.clock = clock;
    this.executor = executor;
  }

  /** Visits the states of these devices, and perhaps of others in their groups. */
  CompletionStage<Void> visit(
      LayoutHistory history, WantedDevices wanted, Consumer<State> visitor) {
    List<StatePartition> partitions = new ArrayList<>();
    long nowMinute = Math.floorDiv(clock.millis(), 60_000L);
    for (Layout layout : history.withStates(nowMinute)) {
      for (int group : wanted.groups(layout)) {
        partitions.add(new StatePartition(history.enterprise(), layout.fromDay(), group));
      }
    }
    return Batches.read(
        partitions,
        PARTITIONS_AT_ONCE,
        partition -> folds.readStates(partition, wanted.single()),
        states -> states.forEach(visitor),
        executor);
  }
}
