package qiantang.ingest.auth;

import java.time.Duration;
import java.time.Instant;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;

/**
 * Who has logged in; the owner of everything the session sends.
 *
 * @param isGateway whether it may speak for other devices
 * @param retention how long the enterprise's data is kept, so how old an event time may be
 * @param isDiscovered whether the registry does not know the device yet
 * @param credentialTag tells by which of the device's credentials, 0 for none
 * @param expiresMillis when that credential expires, milliseconds since 1970 UTC; {@link #NEVER}
 * @param rules which devices a gateway may speak for, and what may be used
 */
public record Identity(
    EnterpriseId enterprise,
    DeviceId device,
    boolean isGateway,
    Duration retention,
    boolean isDiscovered,
    long credentialTag,
    long expiresMillis,
    EnterpriseRules rules) {
  /** Expiry of what does not expire. */
  public static final long NEVER = Long.MAX_VALUE;

  // The wall clock may be set, so an expiry is looked at now and then.
  private static final long LOOK_AGAIN_MILLIS = 3_600_000;

  /** The same, for no longer than until then. */
  Identity until(Instant end) {
    return new Identity(
        enterprise,
        device,
        isGateway,
        retention,
        isDiscovered,
        credentialTag,
        Math.min(expiresMillis, end.toEpochMilli()),
        rules);
  }

  /** Whether the credential has expired. */
  public boolean isExpiredAt(long nowMillis) {
    return nowMillis >= expiresMillis;
  }

  /** The sooner of another deadline and the expiry, by the ticker. */
  public long soonestNanos(long nowMillis, long nowNanos, long otherNanos) {
    if (expiresMillis == NEVER) {
      return otherNanos;
    }
    long leftMillis = Math.min(expiresMillis - nowMillis, LOOK_AGAIN_MILLIS);
    return Math.min(otherNanos, nowNanos + leftMillis * 1_000_000);
  }
}
