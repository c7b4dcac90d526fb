package qiantang.store.health;

import org.jspecify.annotations.Nullable;
import qiantang.store.model.DeviceId;

/**
 * All that is known of a device's health. Milliseconds since 1970.
 *
 * @param disabled whether its credentials are refused
 * @param isGateway whether it speaks for others: then it need not measure anything itself
 * @param createdMillis when it was registered, or first heard of
 * @param firstArrivalMillis of its first birth or connect; null where only readings are known
 * @param link whether it is connected
 * @param lastEventMillis event time of its newest reading there ever was; null without one
 * @param behaviour what it did in the last 24 hours
 * @param connectedShare of the last 24 hours, or of the time since it is known; null where no
 *     session of its own is known
 * @param bounds what others of its model do; null for no model, or too few of them
 */
public record Evidence(
    boolean disabled,
    boolean isGateway,
    long createdMillis,
    @Nullable Long firstArrivalMillis,
    Link link,
    @Nullable Long lastEventMillis,
    Behaviour behaviour,
    @Nullable Double connectedShare,
    @Nullable ModelBounds bounds) {
  /**
   * Whether a device is connected.
   *
   * @param state as far as is known
   * @param sinceMillis since when; null for never
   * @param reason of the last begin or end of a session, or of the death; null for never
   * @param through the gateway's session that tells it; null where none does
   */
  public record Link(
      State state, @Nullable Long sinceMillis, @Nullable String reason, @Nullable Through through) {
    /** Never had a session, and nobody spoke for it. */
    public static final Link NEVER = new Link(State.NEVER, null, null, null);

    /** As far as is known. */
    public enum State {
      /** An open session whose node lives. */
      ONLINE,
      /** No open session. */
      OFFLINE,
      /** Never had one. */
      NEVER,
      /** An open session whose node's heartbeat is late. */
      UNKNOWN
    }

    /** Whether there is a session that did not end, as far as is known. */
    boolean isOpen() {
      return state == State.ONLINE || state == State.UNKNOWN;
    }
  }

  /**
   * A gateway's session that tells whether a device is connected.
   *
   * @param end why it ended; null where it goes on, or that is not kept any more
   */
  public record Through(DeviceId gateway, @Nullable String end) {}

  /** The same, without the event time of its newest reading. */
  Evidence withoutLastEvent() {
    return new Evidence(
        disabled,
        isGateway,
        createdMillis,
        firstArrivalMillis,
        link,
        null,
        behaviour,
        connectedShare,
        bounds);
  }

  /** Whether anything ever came of it. */
  boolean hasCome() {
    return firstArrivalMillis != null
        || lastEventMillis != null
        || behaviour.readings() > 0
        || link.state() != Link.State.NEVER;
  }
}
