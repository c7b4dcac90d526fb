package qiantang.store.fold;

import java.time.Duration;
import java.time.LocalDate;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import qiantang.store.model.Counts;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;
import qiantang.store.model.StartId;

/**
 * What sorters make of births, presence and rejection records; as {@link FoldTables}, of which it
 * is a part.
 */
public interface RecordTables {
  /** For how long events are kept: default_time_to_live of the table, as a test checks. */
  Duration EVENTS_KEPT = Duration.ofDays(90);

  /**
   * A partition of events.
   *
   * @param device whom they concern; null for the list of the whole enterprise, which has the
   *     rejections
   * @param month months since 1970 UTC of the arrival times
   */
  record EventPartition(EnterpriseId enterprise, @Nullable DeviceId device, long month) {
    private static final long DAY_MICROS = 86_400_000_000L;

    /** The month of an arrival time. */
    public static long monthOf(long arrivalMicros) {
      LocalDate day = LocalDate.ofEpochDay(Math.floorDiv(arrivalMicros, DAY_MICROS));
      return (day.getYear() - 1970) * 12L + day.getMonthValue() - 1;
    }
  }

  /**
   * A birth, presence or rejection record.
   *
   * @param id {@link EventId}
   * @param bytes {@link qiantang.store.codec.EntryCodec}
   */
  record Event(EventPartition partition, String id, byte[] bytes) {}

  /**
   * A partition of registers.
   *
   * @param bucket by hash of the device's id: 16 of them hold 200,000 devices in 3 MiB each
   */
  record RegisterPartition(EnterpriseId enterprise, int bucket) {
    /** How many buckets an enterprise has. */
    public static final int BUCKETS = 16;

    /** The partition of a device. */
    public static RegisterPartition of(EnterpriseId enterprise, DeviceId device) {
      // String.hashCode is the same in every JVM; the top 4 bits of the product are well spread.
      return new RegisterPartition(enterprise, (device.text().hashCode() * 0x9E3779B9) >>> 28);
    }
  }

  /**
   * A device's register.
   *
   * @param minute every record with an earlier label is in it
   * @param bytes {@link qiantang.store.codec.RegisterCodec}
   */
  record RegisterRow(RegisterPartition partition, DeviceId device, long minute, byte[] bytes) {}

  /**
   * What an enterprise sent by a lane and what became of it.
   *
   * @param sequence the last frame that is in it
   * @param counts cumulative
   * @param arrivalMicros of the last entry in it
   */
  record LaneCounts(
      EnterpriseId enterprise,
      StartId start,
      int lane,
      long sequence,
      Counts counts,
      long arrivalMicros) {}

  /** Inserts events; repeating it changes nothing. They may lie in several partitions. */
  CompletionStage<Void> insertEvents(List<Event> events);

  /**
   * Events from one id to before another, the newest first.
   *
   * @param limit how many at most
   */
  CompletionStage<List<Event>> readEvents(
      EventPartition partition, String fromId, String toId, int limit);

  /**
   * Writes registers. One of an earlier minute than what is stored is left out; of two of one
   * minute one stands. They may lie in several partitions.
   */
  CompletionStage<Void> writeRegisters(List<RegisterRow> registers);

  /** The registers of a partition, in order of device. */
  CompletionStage<List<RegisterRow>> readRegisters(RegisterPartition partition);

  /** Those of these devices. */
  CompletionStage<List<RegisterRow>> readRegisters(
      RegisterPartition partition, List<DeviceId> devices);

  /** Writes counts; those of an earlier frame than what is stored are left out. */
  CompletionStage<Void> writeCounts(List<LaneCounts> counts);

  /** The counts of an enterprise in all lanes there ever were. */
  CompletionStage<List<LaneCounts>> readCounts(EnterpriseId enterprise);
}
