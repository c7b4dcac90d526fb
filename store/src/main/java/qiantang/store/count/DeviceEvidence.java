package qiantang.store.count;

import java.time.Instant;
import org.jspecify.annotations.Nullable;
import qiantang.store.health.Behaviour;
import qiantang.store.health.Evidence;
import qiantang.store.health.Evidence.Link;
import qiantang.store.health.ModelBounds;
import qiantang.store.read.Activity.DeviceActivity;
import qiantang.store.registry.Device;

/** Gathers what is known of a device's health. */
public final class DeviceEvidence {
  private DeviceEvidence() {}

  /** The model of a device; empty if nobody said it. */
  public static String model(@Nullable Device row, @Nullable DeviceActivity seen) {
    if (row != null && !row.model().isEmpty()) {
      return row.model();
    }
    String model = seen == null ? null : seen.model();
    return model == null ? "" : model;
  }

  /**
   * Whether a device was deleted, and nothing came of it since: what came before must not bring it
   * back. A gateway that goes on speaking for it does.
   */
  public static boolean isGone(@Nullable Device row, @Nullable DeviceActivity seen) {
    Instant deleted = row == null ? null : row.deleted();
    if (deleted == null) {
      return false;
    }
    long from = deleted.plus(Device.LAST_WORDS).toEpochMilli();
    Long last = seen == null ? null : seen.behaviour().lastArrivalMillis();
    Long since = seen == null ? null : millis(seen.sinceMicros());
    boolean isOnline = seen != null && seen.connection().isOpen();
    return (last == null || last < from) && !(isOnline && since != null && since >= from);
  }

  /**
   * All that is known.
   *
   * @param row the registry's; null where it has none yet
   * @param seen what came of it; null for nothing
   * @param isGateway whether it speaks for others
   */
  public static Evidence of(
      @Nullable Device row,
      @Nullable DeviceActivity seen,
      boolean isGateway,
      @Nullable ModelBounds bounds) {
    Long first = seen == null ? null : millis(seen.firstArrivalMicros());
    Long last = seen == null ? null : millis(seen.lastEventTimeMicros());
    return new Evidence(
        row != null && row.disabled(),
        isGateway,
        row == null ? created(first, last) : row.created().toEpochMilli(),
        first,
        seen == null ? Link.NEVER : link(seen),
        last,
        seen == null ? Behaviour.NONE : seen.behaviour(),
        seen == null ? null : seen.connectedShare(),
        bounds);
  }

  private static Link link(DeviceActivity seen) {
    Link.State state =
        switch (seen.connection()) {
          case ONLINE -> Link.State.ONLINE;
          case OFFLINE -> Link.State.OFFLINE;
          case NEVER -> Link.State.NEVER;
          case UNKNOWN -> Link.State.UNKNOWN;
        };
    return new Link(state, millis(seen.sinceMicros()), seen.reason(), seen.through());
  }

  private static long created(@Nullable Long first, @Nullable Long last) {
    if (first != null) {
      return first;
    }
    return last == null ? 0 : last;
  }

  private static @Nullable Long millis(@Nullable Long micros) {
    return micros == null ? null : (Long) Math.floorDiv((long) micros, 1000L);
  }
}
