package qiantang.ingest.quota;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import qiantang.ingest.quota.Usage.Of;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;
import qiantang.store.registry.Quota;

/** What an enterprise and its devices have used of their rates on a node. Any thread. */
public final class EnterpriseUsage {
  /** How often it is told that it is slowed as a whole, as long as it is. */
  public static final Duration TELL = Duration.ofMinutes(1);

  private final EnterpriseId enterprise;
  private final RecentUsage recent;
  private final Usage own = new Usage();
  private final AtomicLong toldNanos = new AtomicLong(Gcra.UNUSED);

  // About 90 B for each connected device: all its connections share one, wherever they are.
  private final Map<DeviceId, Usage> devices = new ConcurrentHashMap<>(1);

  /**
   * Nothing used yet.
   *
   * @param recent of the devices that are not connected now, of the whole node
   */
  public EnterpriseUsage(EnterpriseId enterprise, RecentUsage recent) {
    this.enterprise = enterprise;
    this.recent = recent;
  }

  /** A device connects; what refuses it, or null: then it has taken one of its connects. */
  public @Nullable Wait connect(Limits limits, DeviceId device, long nowNanos) {
    Limit limit = limits.of(Quota.DEVICE_CONNECTS);
    Usage known = devices.get(device);
    Usage usage = known == null ? recent.of(enterprise, device) : known;
    long wait = usage.tryTake(Of.CONNECTS, limit, nowNanos);
    if (wait <= 0) {
      limit = limits.of(Quota.ENTERPRISE_CONNECTS);
      wait = own.tryTake(Of.CONNECTS, limit, nowNanos);
    }
    return wait > 0 ? new Wait(limit, wait) : null;
  }

  /** A connection of a device begins. */
  public Usage enter(DeviceId device) {
    return devices.compute(
        device, (id, known) -> (known == null ? recent.take(enterprise, device) : known).shared());
  }

  /** It ends. */
  public void leave(DeviceId device) {
    devices.computeIfPresent(
        device,
        (id, known) -> {
          if (!known.left()) {
            return known;
          }
          recent.keep(enterprise, device, known);
          return null;
        });
  }

  /**
   * Takes a message of a device.
   *
   * @return what makes the device wait with its next one; null for nothing
   */
  public @Nullable Wait take(Limits limits, Usage device, int bytes, long nowNanos) {
    Limit limit = limits.of(Quota.DEVICE_MESSAGES);
    Wait longest = longer(null, limit, device.take(Of.MESSAGES, limit, 1, nowNanos));
    limit = limits.of(Quota.DEVICE_BYTES);
    longest = longer(longest, limit, device.take(Of.BYTES, limit, bytes, nowNanos));
    limit = limits.of(Quota.ENTERPRISE_MESSAGES);
    longest = longer(longest, limit, own.take(Of.MESSAGES, limit, 1, nowNanos));
    limit = limits.of(Quota.ENTERPRISE_BYTES);
    return longer(longest, limit, own.take(Of.BYTES, limit, bytes, nowNanos));
  }

  /**
   * The quotas are others now. What is owed of a rate is kept as the time in which it is earned,
   * which says nothing of another rate: of those that have risen it is forgotten.
   *
   * @return whether there are any for which somebody may be waiting
   */
  public boolean forgetRisen(Limits before, Limits now) {
    boolean hasRisen = false;
    for (Quota quota : Quota.values()) {
      hasRisen |= now.of(quota).value() > before.of(quota).value() && forget(quota);
    }
    return hasRisen;
  }

  private boolean forget(Quota quota) {
    switch (quota) {
      case DEVICE_MESSAGES -> forgetOfDevices(Of.MESSAGES);
      case DEVICE_BYTES -> forgetOfDevices(Of.BYTES);
      case ENTERPRISE_MESSAGES -> own.forget(Of.MESSAGES);
      case ENTERPRISE_BYTES -> own.forget(Of.BYTES);
      case SUB_DEVICE_MESSAGES,
          DEVICE_CONNECTS,
          ENTERPRISE_CONNECTS,
          NEW_DEVICES,
          PAYLOAD_BYTES,
          TOPIC_LEVELS,
          IN_FLIGHT -> {
        return false; // they refuse, and nobody waits
      }
    }
    return true;
  }

  private void forgetOfDevices(Of what) {
    devices.values().forEach(usage -> usage.forget(what));
    recent.forget(enterprise, what);
  }

  /** A gateway names a device that may be new: one is taken, whether there is one or not. */
  public void takeNewDevice(Limits limits, long nowNanos) {
    own.take(Of.NEW_DEVICES, limits.of(Quota.NEW_DEVICES), 1, nowNanos);
  }

  /** It was known. */
  public void giveNewDevice(Limits limits) {
    own.give(Of.NEW_DEVICES, limits.of(Quota.NEW_DEVICES));
  }

  /** What refuses a device that is new; null for nothing. */
  public @Nullable Wait newDevice(Limits limits, long nowNanos) {
    Limit limit = limits.of(Quota.NEW_DEVICES);
    long wait = own.waitNanos(Of.NEW_DEVICES, limit, nowNanos);
    return wait > 0 ? new Wait(limit, wait) : null;
  }

  /** Whether it is time to tell again that the enterprise is slowed; then it counts as told. */
  public boolean mayTell(long nowNanos) {
    long before = toldNanos.get();
    boolean isDue = before == Gcra.UNUSED || nowNanos - before >= TELL.toNanos();
    return isDue && toldNanos.compareAndSet(before, nowNanos);
  }

  private static @Nullable Wait longer(@Nullable Wait known, Limit limit, long nanos) {
    if (nanos <= 0 || (known != null && known.nanos() >= nanos)) {
      return known;
    }
    return new Wait(limit, nanos);
  }

  /** Not before so long, because of this limit. */
  public record Wait(Limit limit, long nanos) {}
}
