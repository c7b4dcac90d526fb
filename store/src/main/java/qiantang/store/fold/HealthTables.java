package qiantang.store.fold;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;

/** What packers make of what devices did; as {@link FoldTables}, of which it is a part. */
public interface HealthTables {
  /**
   * For how long a row is kept: default_time_to_live of the table, as a test checks. A day is asked
   * for; of a device that does nothing any more the row is not written again.
   */
  Duration HEALTH_KEPT = Duration.ofHours(27);

  /**
   * A partition of health rows.
   *
   * @param layoutDay first day of the layout by which the readings lie; {@link #SESSIONS_DAY} of
   *     sessions and refusals
   * @param bucket group of that layout; of sessions the bucket of registers
   */
  record HealthPartition(EnterpriseId enterprise, long layoutDay, int bucket) {
    /** No layout begins on it. */
    public static final long SESSIONS_DAY = -1;

    /** Where a device's sessions and refusals lie. */
    public static HealthPartition ofSessions(EnterpriseId enterprise, DeviceId device) {
      return new HealthPartition(
          enterprise, SESSIONS_DAY, RecordTables.RegisterPartition.of(enterprise, device).bucket());
    }
  }

  /**
   * What a device did by its readings, or by its sessions and refusals.
   *
   * @param minute every record with an earlier label is in it, of those that are packed by its
   *     partition's layout
   * @param bytes {@link qiantang.store.codec.HealthCellsCodec}
   */
  record HealthRow(HealthPartition partition, DeviceId device, long minute, byte[] bytes) {}

  /**
   * Writes rows. One of an earlier minute than what is stored is left out; of two of one minute one
   * stands. They may lie in several partitions.
   */
  CompletionStage<Void> writeHealth(List<HealthRow> rows);

  /**
   * The rows of a partition.
   *
   * @param devices of these alone; null for all
   */
  CompletionStage<List<HealthRow>> readHealth(
      HealthPartition partition, @Nullable List<DeviceId> devices);
}
