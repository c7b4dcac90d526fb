package qiantang.store.fold;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;
import qiantang.store.registry.Retention;

/**
 * The tables of rollups. A stage that fails means that the outcome is unknown; every write may be
 * repeated.
 */
public interface RollupTables {
  /**
   * A partition of rollups.
   *
   * @param group by the layout of the event day
   * @param period first minute of the event times in it, of {@link Rollups#PARTITION_MINUTES}
   */
  record RollupPartition(Retention retention, EnterpriseId enterprise, int group, long period) {}

  /**
   * The hours of one device, or of all devices of a group together, or the word that this is no
   * longer all there is.
   *
   * @param device null for all of the group
   * @param begin first minute of its {@link Rollups#PERIOD_MINUTES}
   * @param isLate whether this is that word: rows of chunks that the rollup does not know
   * @param bytes {@link qiantang.store.codec.RollupCodec}; of a group {@link
   *     qiantang.store.codec.TotalsCodec}; none where it is late
   */
  record Rollup(
      RollupPartition partition,
      @Nullable DeviceId device,
      long begin,
      boolean isLate,
      byte[] bytes) {
    private static final byte[] NOTHING = {};

    /** A rollup of which only the place is told. */
    static Rollup at(RollupPartition partition, @Nullable DeviceId device, long begin) {
      return new Rollup(partition, device, begin, false, NOTHING);
    }

    /** The word that chunks know more. */
    static Rollup late(RollupPartition partition, @Nullable DeviceId device, long begin) {
      return new Rollup(partition, device, begin, true, NOTHING);
    }
  }

  /**
   * Inserts rollups; repeating it changes nothing. They may lie in several partitions.
   *
   * @param timeToLive a second or more
   */
  CompletionStage<Void> insertRollups(List<Rollup> rollups, Duration timeToLive);

  /**
   * The rollups of one device, or (null) of its group, that begin from one minute to before
   * another, in order of begin, the late ones behind the others.
   */
  CompletionStage<List<Rollup>> readRollups(
      RollupPartition partition, @Nullable DeviceId device, long fromBegin, long toBegin);

  /**
   * The same of some devices of its group, by device, each as if it were read alone.
   *
   * @param devices few enough that their rollups may be held together
   */
  default CompletionStage<Map<DeviceId, List<Rollup>>> readRollupsOfSome(
      RollupPartition partition, List<DeviceId> devices, long fromBegin, long toBegin) {
    CompletionStage<Map<DeviceId, List<Rollup>>> all =
        CompletableFuture.completedFuture(new HashMap<>());
    for (DeviceId device : devices) {
      all =
          all.thenCombine(
              readRollups(partition, device, fromBegin, toBegin),
              (read, rollups) -> {
                read.put(device, rollups);
                return read;
              });
    }
    return all;
  }

  /** Erases rollups by their partitions, devices and begins; what is not there is no fault. */
  CompletionStage<Void> eraseRollups(List<Rollup> rollups);
}
