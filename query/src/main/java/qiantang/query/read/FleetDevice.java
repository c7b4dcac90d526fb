package qiantang.query.read;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import qiantang.query.access.Sight;
import qiantang.store.access.Place;
import qiantang.store.count.DeviceEvidence;
import qiantang.store.health.Health;
import qiantang.store.health.ModelBounds;
import qiantang.store.identifier.Identifier;
import qiantang.store.model.DeviceId;
import qiantang.store.read.Activity.Connection;
import qiantang.store.read.Activity.DeviceActivity;
import qiantang.store.registry.Device;

/**
 * A device as the API shows it: what the registry says and what arrived of it.
 *
 * @param gateway who speaks for it, null for a direct device
 * @param sinceMicros since when it is connected or not, null for never
 * @param createdMicros when it was registered; its first record where it is not yet
 * @param metrics names of the metrics it reported
 * @param identifiers what it is called elsewhere
 * @param health on the four axes
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
    SortedSet<String> metrics,
    List<Identifier> identifiers,
    Health health) {

  /** Where a device is in its life. */
  public enum Lifecycle {
    /** Registered, and nothing arrived of it. */
    REGISTERED("registered"),
    /** Something arrived of it. */
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

  /** The same, reporting no more than these. */
  public FleetDevice reporting(Set<String> granted) {
    return with(new TreeSet<>(granted), health);
  }

  /** As who sees so much of its enterprise may see it: of some metrics alone no counts of all. */
  public FleetDevice seenBy(Sight sight) {
    return sight.seesAllMetrics(place()) ? this : with(metrics, health.ofPart());
  }

  private FleetDevice with(SortedSet<String> shownMetrics, Health shownHealth) {
    return new FleetDevice(
        id,
        name,
        kind,
        gateway,
        model,
        factory,
        line,
        lifecycle,
        connection,
        sinceMicros,
        createdMicros,
        shownMetrics,
        identifiers,
        shownHealth);
  }

  /** Where it stands, as grants name it. */
  public Place place() {
    return new Place(factory, line, id);
  }

  /** A device that was created just now. */
  public static FleetDevice created(Device row) {
    return registered(row, null, null, row.created().toEpochMilli());
  }

  /** A device that the registry knows; something may have arrived of it. */
  static FleetDevice registered(
      Device row, @Nullable DeviceActivity seen, @Nullable ModelBounds bounds, long nowMillis) {
    return new FleetDevice(
        row.id(),
        row.name(),
        row.kind(),
        // A birth is newer: it says who spoke last.
        seen != null && seen.gateway() != null ? seen.gateway() : row.gateway(),
        DeviceEvidence.model(row, seen),
        row.factory(),
        row.line(),
        lifecycle(row, seen),
        seen == null ? Connection.NEVER : seen.connection(),
        seen == null ? null : seen.sinceMicros(),
        ChronoUnit.MICROS.between(Instant.EPOCH, row.created()),
        seen == null ? Collections.emptySortedSet() : seen.metrics(),
        row.identifiers(),
        Health.of(
            DeviceEvidence.of(row, seen, row.kind() == Device.Kind.GATEWAY, bounds), nowMillis));
  }

  /** A device that only its records tell of: discovery has not reached the registry yet. */
  static FleetDevice discovered(
      DeviceId id,
      DeviceActivity seen,
      boolean isGateway,
      @Nullable ModelBounds bounds,
      long nowMillis) {
    return new FleetDevice(
        id,
        seen.name() == null ? id.text() : seen.name(),
        isGateway ? Device.Kind.GATEWAY : Device.Kind.DEVICE,
        seen.gateway(),
        DeviceEvidence.model(null, seen),
        "",
        "",
        Lifecycle.ACTIVE,
        seen.connection(),
        seen.sinceMicros(),
        firstMicros(seen),
        seen.metrics(),
        List.of(),
        Health.of(DeviceEvidence.of(null, seen, isGateway, bounds), nowMillis));
  }

  private static long firstMicros(DeviceActivity seen) {
    Long firstArrivalMicros = seen.firstArrivalMicros();
    Long lastEventTimeMicros = seen.lastEventTimeMicros();
    if (firstArrivalMicros != null) {
      return firstArrivalMicros;
    }
    return lastEventTimeMicros == null ? 0 : lastEventTimeMicros;
  }

  private static Lifecycle lifecycle(Device row, @Nullable DeviceActivity seen) {
    if (row.disabled()) {
      return Lifecycle.DISABLED;
    }
    return seen == null || !seen.hasCome() ? Lifecycle.REGISTERED : Lifecycle.ACTIVE;
  }
}
