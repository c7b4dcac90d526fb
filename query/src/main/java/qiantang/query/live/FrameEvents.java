package qiantang.query.live;

import java.util.ArrayList;
import java.util.List;
import qiantang.store.codec.FrameCodec.Numbered;
import qiantang.store.fold.EventId;
import qiantang.store.fold.Masks;
import qiantang.store.model.DeviceId;
import qiantang.store.model.Entry;
import qiantang.store.model.FrameKey;
import qiantang.store.model.Reading;
import qiantang.store.read.Followed;
import qiantang.store.read.Follower;
import qiantang.store.read.RejectionsAnswer;

/** The events of a frame, each with its mark. Pure. */
final class FrameEvents {
  private final Follower.Frame frame;
  private final Masks masks;
  private final int all;
  private final List<Shared> events = new ArrayList<>();
  private int told;

  private FrameEvents(Follower.Frame frame, Masks masks) {
    this.frame = frame;
    this.masks = masks;
    all = frame.entries().stream().mapToInt(numbered -> count(numbered.entry())).sum();
  }

  /**
   * Those of a frame behind some that were told before.
   *
   * @param masks what of it is hidden
   * @param told how many, in their order, the hidden ones included
   */
  static List<Shared> of(Follower.Frame frame, Masks masks, int told) {
    FrameEvents events = new FrameEvents(frame, masks);
    frame.entries().forEach(numbered -> events.add(numbered, told));
    return events.events;
  }

  private static int count(Entry entry) {
    return switch (entry) {
      case Entry.Readings message -> message.readings().size();
      case Entry.Rejection _ -> 1;
      case Entry.Birth _, Entry.Presence _, Entry.Death _ -> 0;
    };
  }

  private void add(Numbered numbered, int toldBefore) {
    FrameKey key = frame.key();
    switch (numbered.entry()) {
      case Entry.Readings message -> {
        for (Reading reading : message.readings()) {
          told++;
          if (told > toldBefore && !isHidden(reading, message.arrivalMicros())) {
            events.add(new Shared(measured(message, reading)));
          }
        }
      }
      case Entry.Rejection rejection -> {
        told++;
        DeviceId device = rejection.device() == null ? rejection.publisher() : rejection.device();
        if (told > toldBefore && !masks.hides(device, rejection)) {
          String id = EventId.of(key, numbered.index(), rejection.arrivalMicros());
          events.add(
              new Shared(
                  new LiveEvent.Refused(
                      mark(rejection.arrivalMicros()),
                      new RejectionsAnswer.Item(id, rejection),
                      device)));
        }
      }
      case Entry.Birth _, Entry.Presence _, Entry.Death _ -> {} // told as states
    }
  }

  private boolean isHidden(Reading reading, long arrivalMicros) {
    return masks.hides(
        reading.device(), reading.eventTimeMicros(), Math.floorDiv(arrivalMicros, 1000L));
  }

  private LiveEvent.Measured measured(Entry.Readings message, Reading reading) {
    return new LiveEvent.Measured(
        mark(message.arrivalMicros()),
        message.arrivalMicros(),
        reading.device(),
        reading.eventTimeMicros(),
        reading.values());
  }

  private Mark mark(long arrivalMicros) {
    Followed followed =
        told == all ? frame.after() : frame.before().within(frame.key(), told, arrivalMicros);
    return new Mark(followed);
  }
}
