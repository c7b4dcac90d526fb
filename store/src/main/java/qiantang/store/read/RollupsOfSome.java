package qiantang.store.read;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import qiantang.store.fold.FoldTables;
import qiantang.store.fold.LayoutHistory;
import qiantang.store.fold.RollupTables.Rollup;
import qiantang.store.fold.RollupTables.RollupPartition;
import qiantang.store.fold.Rollups;
import qiantang.store.model.DeviceId;

/** The rollups of some devices of one group, read in one go for as many devices as fit. */
final class RollupsOfSome {
  /** What is held at once: of 100 metrics some 15 KiB each, 8 MiB. */
  private static final int HELD_MAX = 512;

  /** A group has 64 devices or fewer, mostly. */
  private static final int DEVICES_MAX = 64;

  private static final long MINUTE_MICROS = 60_000_000L;

  private final FoldTables folds;
  private final Map<Stretch, Map<DeviceId, List<Rollup>>> known;

  /** Rollups that begin in some time, of one partition. */
  record Stretch(RollupPartition partition, long fromBegin, long toBegin) {}

  private RollupsOfSome(FoldTables folds, Map<Stretch, Map<DeviceId, List<Rollup>>> known) {
    this.folds = folds;
    this.known = known;
  }

  /** Where a device's rollups lie; nowhere where they tell nothing, or are too many to be held. */
  static List<Stretch> stretches(LayoutHistory history, DeviceId device, SetsRequest request) {
    List<Stretch> stretches = new ArrayList<>();
    long end = Math.floorDiv(request.toMicros() - 1, MINUTE_MICROS) + 1;
    long begin = Rollups.begin(Math.floorDiv(request.fromMicros(), MINUTE_MICROS));
    if (!IntervalChunks.areRolledUp(request.of(device))
        || (end - begin) / Rollups.PERIOD_MINUTES > HELD_MAX) {
      return stretches;
    }
    while (begin < end) {
      long from = begin;
      RollupPartition partition = Rollups.partition(history, device, from);
      while (begin < end && Rollups.partition(history, device, begin).equals(partition)) {
        begin += Rollups.PERIOD_MINUTES;
      }
      stretches.add(new Stretch(partition, from, begin));
    }
    return stretches;
  }

  /** How many devices' are read together. */
  static int devicesAtOnce(SetsRequest request) {
    long periods =
        1 + (request.toMicros() - request.fromMicros()) / MINUTE_MICROS / Rollups.PERIOD_MINUTES;
    return Math.clamp(HELD_MAX / periods, 1, DEVICES_MAX);
  }

  /** Those of devices whose rollups lie in the same places. */
  static CompletionStage<RollupsOfSome> read(
      FoldTables folds, LayoutHistory history, List<DeviceId> devices, SetsRequest request) {
    List<Stretch> stretches = stretches(history, devices.getFirst(), request);
    return Batches.all(
            stretches.stream()
                .map(it -> folds.readRollupsOfSome(it.partition, devices, it.fromBegin, it.toBegin))
                .toList())
        .thenApply(
            read -> {
              Map<Stretch, Map<DeviceId, List<Rollup>>> known = new HashMap<>();
              for (int i = 0; i < stretches.size(); i++) {
                known.put(stretches.get(i), read.get(i));
              }
              return new RollupsOfSome(folds, known);
            });
  }

  /** The rollups of one device; what was not read before is read now. */
  CompletionStage<List<Rollup>> read(
      RollupPartition partition, DeviceId device, long fromBegin, long toBegin) {
    for (Map.Entry<Stretch, Map<DeviceId, List<Rollup>>> part : known.entrySet()) {
      Stretch stretch = part.getKey();
      List<Rollup> rollups = part.getValue().get(device);
      if (rollups != null
          && stretch.partition.equals(partition)
          && stretch.fromBegin <= fromBegin
          && toBegin <= stretch.toBegin) {
        return CompletableFuture.completedFuture(
            rollups.stream()
                .filter(rollup -> rollup.begin() >= fromBegin && rollup.begin() < toBegin)
                .toList());
      }
    }
    return folds.readRollups(partition, device, fromBegin, toBegin);
  }
}
