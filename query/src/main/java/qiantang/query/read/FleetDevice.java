package qiantang.query.read;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collections;
import java.util.SortedSet;
import org.jspecify.annotations.Nullable;
import qiantang.store.model.DeviceId;
import qiantang.store.read.Activity.Connection;
import qiantang.store.read.Activity.DeviceActivity;
import qiantang.store.registry.Device;

/**
 * A device as the API shows it: what the registry says and what the journal saw.
 *
 * @param gateway who speaks for it, null for a direct device
 * @param sinceMicros since when it is connected or not, null for never
 * @param createdMicros when it was registered; its first record where it is not yet
 * @param metrics names of the metrics it reported, as far as the journal reaches
 */
public record FleetDevice(
    DeviceId id,
    String name,
    Device.Kind kind,
    @Nullable DeviceId gateway,
    String model,
    String factory,
    String line,
    Lifecycle lifecycle,
    Connection connection,
    @Nullable Long sinceMicros,
    long createdMicros,
    SortedSet<String> metrics) {

  /** Where a device is in its life. */
  public enum Lifecycle {
    /** Registered, and the journal holds nothing of it. */
    REGISTERED("registered"),
    /** The journal holds something of it. */
    ACTIVE("active"),
    /** Its credentials are refused. */
    DISABLED("disabled");

    private final String word;

    Lifecycle(String word) {
      this.word = word;
    }

    /** The word used in JSON. */
    public String word() {
      return word;
    }
  }

  /** A device that was created just now. */
  public static FleetDevice created(Device row) {
    return registered(row, null);
  }

  /** A device that the registry knows and the journal may know. */
  static FleetDevice registered(Device row, @Nullable DeviceActivity seen) {
    return new FleetDevice(
        row.id(),
        row.name(),
        row.kind(),
        // The journal's is the newer one: it says who spoke last.
        seen != null && seen.gateway() != null ? seen.gateway() : row.gateway(),
        row.model().isEmpty() && seen != null && seen.model() != null ? seen.model() : row.model(),
        row.factory(),
        row.line(),
        lifecycle(row, seen),
        seen == null ? Connection.NEVER : seen.connection(),
        seen == null ? null : seen.sinceMicros(),
        ChronoUnit.MICROS.between(Instant.EPOCH, row.created()),
        seen == null ? Collections.emptySortedSet() : seen.metrics());
  }

  /** A device that only the journal knows: discovery has not reached the registry yet. */
  static FleetDevice discovered(DeviceId id, DeviceActivity seen, boolean isGateway) {
    return new FleetDevice(
        id,
        seen.name() == null ? id.text() : seen.name(),
        isGateway ? Device.Kind.GATEWAY : Device.Kind.DEVICE,
        seen.gateway(),
        seen.model() == null ? "" : seen.model(),
        "",
        "",
        Lifecycle.ACTIVE,
        seen.connection(),
        seen.sinceMicros(),
        seen.firstArrivalMicros(),
        seen.metrics());
  }

  private static Lifecycle lifecycle(Device row, @Nullable DeviceActivity seen) {
    if (row.disabled()) {
      return Lifecycle.DISABLED;
    }
    return seen == null ? Lifecycle.REGISTERED : Lifecycle.ACTIVE;
  }
}
