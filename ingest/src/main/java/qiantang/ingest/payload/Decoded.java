package qiantang.ingest.payload;

import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import qiantang.store.model.DeviceId;
import qiantang.store.model.Entry;
import qiantang.store.model.Reading;
import qiantang.store.model.Reason;

/** What a message says. */
public sealed interface Decoded {
  /**
   * Readings, and those among them that are refused. Both empty: the message is accepted and says
   * nothing, such as an object of nulls or the answer to a command.
   *
   * @param readings accepted
   * @param devices the sub-devices that {@code readings} are of
   * @param refusals one per refused reading, identical ones gathered
   */
  record Readings(List<Reading> readings, Set<SubDevice> devices, List<Refusal> refusals)
      implements Decoded {
    /** Accepted, and nothing to store. */
    public static final Readings NONE = new Readings(List.of(), Set.of(), List.of());

    /** Whether nothing of the message was good. */
    public boolean isRefused() {
      return readings.isEmpty() && !refusals.isEmpty();
    }
  }

  /** A gateway announces a device. */
  record Birth(SubDevice device) implements Decoded {}

  /**
   * Devices are said to be gone.
   *
   * @param devices the gateway or node itself among them, where it is meant
   * @param reason a word for the record: one of those of {@link Entry.Death}
   */
  record Death(List<DeviceId> devices, String reason) implements Decoded {
    /** Whether an edge node died with all that is behind it. */
    public boolean isOfNode() {
      return reason.equals(Entry.Death.OF_NODE);
    }
  }

  /**
   * A message that shows that others before it were lost.
   *
   * @param what the message itself says
   */
  record Lossy(Decoded what, Loss loss) implements Decoded {}

  /** The message as a whole is refused. */
  record Refused(Refusal refusal) implements Decoded {}

  /**
   * Why a message or some of its readings are refused.
   *
   * @param device whose reading it is, null where that is not known
   * @param detail what was wrong and what to do, for a person
   * @param readings how many readings it stands for, 0 for a message that was not taken apart
   * @param from where in the payload it begins
   * @param length of that part
   */
  record Refusal(
      @Nullable DeviceId device,
      Reason reason,
      String detail,
      @Nullable Long eventTimeMicros,
      int readings,
      int from,
      int length) {}

  /**
   * Messages that were sent and did not arrive.
   *
   * @param device who sent them
   * @param messages how many, at least
   * @param detail how that is known and what to do, for a person
   */
  record Loss(DeviceId device, int messages, String detail) {}
}
