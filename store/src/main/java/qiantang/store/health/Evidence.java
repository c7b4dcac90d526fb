package qiantang.store.health;

import org.jspecify.annotations.Nullable;

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
 * @param connectedShare of the last 24 hours, or of the time since it is known; null where nothing
 *     of its sessions is known
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
   * @param isUnclear whether it depends on a node whose heartbeat is late
   */
  public record Link(
      State state, @Nullable Long sinceMillis, @Nullable String reason, boolean isUnclear) {
    /** Never had a session, and nobody spoke for it. */
    public static final Link NEVER = new Link(State.NEVER, null, null, false);

    /** As far as is known. */
    public enum State {
      /** An open session whose node lives. */
      ONLINE,
      /** No open session. */
      OFFLINE,
      /** Never had one. */
      NEVER
    }
  }

  /** Whether anything ever came of it. */
  boolean hasCome() {
    return firstArrivalMillis != null
        || lastEventMillis != null
        || behaviour.readings() > 0
        || link.state() != Link.State.NEVER;
  }
}
