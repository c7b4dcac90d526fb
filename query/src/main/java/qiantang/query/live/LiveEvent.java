package qiantang.query.live;

import java.util.List;
import org.jspecify.annotations.Nullable;
import qiantang.store.health.Axis;
import qiantang.store.health.Health;
import qiantang.store.model.DeviceId;
import qiantang.store.model.MetricValue;
import qiantang.store.read.RejectionsAnswer;

/** Something that happened; one object for all streams that tell it. */
sealed interface LiveEvent {
  /** What was told when this was. */
  Mark mark();

  /** When it arrived, or was seen: microseconds since 1970 UTC. */
  long micros();

  /** Whose it is; null where nobody knows. */
  @Nullable DeviceId device();

  /** What a device measured at one instant. */
  record Measured(
      Mark mark, long micros, DeviceId device, long eventTimeMicros, List<MetricValue> values)
      implements LiveEvent {
    /** The same, of these values alone. */
    Measured of(List<MetricValue> some) {
      return new Measured(mark, micros, device, eventTimeMicros, some);
    }
  }

  /** A device is in another state on an axis, or in the same one by another reason. */
  record Changed(Mark mark, long micros, DeviceId device, Axis axis, Health.On on)
      implements LiveEvent {}

  /** A device was deleted: nothing more is told of it. */
  record Deleted(Mark mark, long micros, DeviceId device, long deletedMillis)
      implements LiveEvent {}

  /**
   * Something was refused.
   *
   * @param device which one's it was, or else who sent it
   */
  record Refused(Mark mark, RejectionsAnswer.Item item, @Nullable DeviceId device)
      implements LiveEvent {
    @Override
    public long micros() {
      return item.rejection().arrivalMicros();
    }
  }
}
