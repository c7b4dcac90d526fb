package qiantang.store.fold;

import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import qiantang.store.model.DeviceId;
import qiantang.store.model.MetricValue;
import qiantang.store.model.StartId;
import qiantang.store.model.Value;

/**
 * A reading as it lies in a frame of its own.
 *
 * @param minute label of its lane-minute
 * @param sequence of its frame
 */
record Arrived(
    long minute,
    StartId start,
    int lane,
    long sequence,
    DeviceId device,
    long eventTimeMicros,
    List<MetricValue> values) {
  static final long MINUTE_MICROS = 60_000_000L;

  /** In order of arrival. */
  static final Comparator<Arrived> ARRIVAL =
      Comparator.comparingLong(Arrived::minute)
          .thenComparing(Arrived::start)
          .thenComparingInt(Arrived::lane)
          .thenComparingLong(Arrived::sequence);

  /** One integer, taken in the first lane of the first start. */
  static Arrived of(long minute, long sequence, String device, long eventTimeMicros, long value) {
    return of(minute, 1, sequence, device, eventTimeMicros, value);
  }

  /** One integer, taken by this start. */
  static Arrived of(
      long minute, long start, long sequence, String device, long eventTimeMicros, long value) {
    return new Arrived(
        minute,
        start(start),
        0,
        sequence,
        new DeviceId(device),
        eventTimeMicros,
        List.of(new MetricValue("m", new Value.Int(value))));
  }

  static StartId start(long number) {
    return new StartId(new UUID(0, number));
  }

  /** In whole milliseconds, as blocks keep it. */
  long arrivalMicros() {
    return minute * MINUTE_MICROS + sequence % 60 * 1_000_000;
  }
}
