package qiantang.store.fold;

import java.time.Duration;
import java.time.LocalDate;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;

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

  /** Inserts events; repeating it changes nothing. They may lie in several partitions. */
  CompletionStage<Void> insertEvents(List<Event> events);

  /**
   * Events from one id to before another, the newest first.
   *
   * @param limit how many at most
   */
  CompletionStage<List<Event>> readEvents(
      EventPartition partition, String fromId, String toId, int limit);
}
