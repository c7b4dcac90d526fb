package qiantang.store.read;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import org.jspecify.annotations.Nullable;
import qiantang.store.health.Behaviour;
import qiantang.store.health.Evidence.Through;
import qiantang.store.model.Counts;
import qiantang.store.model.DeviceId;
import qiantang.store.model.Entry;
import qiantang.store.model.SessionEnd;

/**
 * What an enterprise's devices did.
 *
 * @param devices every device that was born, connected or reported a reading
 * @param refused devices that are none of those, of which something was refused in the last day
 * @param counts of all starts and lanes
 */
public record Activity(
    SortedMap<DeviceId, DeviceActivity> devices,
    SortedMap<DeviceId, DeviceActivity> refused,
    Counts counts,
    Completeness completeness) {
  /** What is known of a device, even if all that came of it was refused; null for nothing. */
  public @Nullable DeviceActivity of(DeviceId device) {
    DeviceActivity found = devices.get(device);
    return found == null ? refused.get(device) : found;
  }

  /**
   * What one device did.
   *
   * @param name from its last birth; null where a direct device has none
   * @param gateway from its last birth: who speaks for it; null for a direct device
   * @param model from its last birth
   * @param connection of itself; of who never connected itself, whether a gateway's session that
   *     named it goes on, and did not say since that it is gone
   * @param sinceMicros since when it is connected or not, null for never; of whom a gateway's
   *     session named whose end is not kept any more, its newest reading
   * @param reason of the last connect or disconnect, or of the death
   * @param firstArrivalMicros of its first birth or connect; null where only readings are known
   * @param lastEventTimeMicros of its newest reading, null without one
   * @param metrics names seen, the first thousand in order of name
   * @param behaviour in the last day; deletions hide nothing of it, for it has no values
   * @param connectedShare of the last day, by sessions of its own; null where none is known, and
   *     for who is spoken for: its connections tell
   * @param through the gateway's session by which it is connected or not; null where none tells
   */
  public record DeviceActivity(
      @Nullable String name,
      @Nullable DeviceId gateway,
      @Nullable String model,
      Connection connection,
      @Nullable Long sinceMicros,
      @Nullable String reason,
      @Nullable Long firstArrivalMicros,
      @Nullable Long lastEventTimeMicros,
      SortedSet<String> metrics,
      Behaviour behaviour,
      @Nullable Double connectedShare,
      @Nullable Through through) {
    /** Of a device of which all was refused. */
    static DeviceActivity refused(Behaviour behaviour) {
      return new DeviceActivity(
          null,
          null,
          null,
          Connection.NEVER,
          null,
          null,
          null,
          null,
          Collections.emptySortedSet(),
          behaviour,
          null,
          null);
    }

    /** Whether anything came of it that was not refused. */
    public boolean hasCome() {
      return firstArrivalMicros != null || lastEventTimeMicros != null;
    }
  }

  /** The words by which a device is connected or not, those of later programs apart. */
  public static List<String> reasons() {
    List<String> reasons = new ArrayList<>();
    for (SessionEnd end : SessionEnd.values()) {
      reasons.add(end.word());
    }
    reasons.addAll(
        List.of(
            "connect",
            Sessions.NODE_LOST,
            Sessions.GATEWAY_ENDED,
            Entry.Death.OF_NODE,
            Entry.Death.OF_DEVICE));
    return reasons;
  }

  /** Whether a device is connected. */
  public enum Connection {
    /** An open session whose node lives. */
    ONLINE("online"),
    /** No open session. */
    OFFLINE("offline"),
    /** Never had one. */
    NEVER("never"),
    /** An open session whose node's heartbeat is late: online, or offline in some seconds. */
    UNKNOWN("unknown");

    private final String word;

    Connection(String word) {
      this.word = word;
    }

    /** Whether there is a session that did not end, as far as is known. */
    public boolean isOpen() {
      return this == ONLINE || this == UNKNOWN;
    }

    /** The word used in JSON. */
    public String word() {
      return word;
    }
  }
}
