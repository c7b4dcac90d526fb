package qiantang.query.read;

import java.util.Iterator;
import java.util.Optional;
import java.util.Set;
import qiantang.query.auth.Leave;
import qiantang.query.waiting.StoreWait;
import qiantang.store.health.Axis;
import qiantang.store.health.Health;
import qiantang.store.health.HealthCounts;
import qiantang.store.model.Counts;
import qiantang.store.read.Activity;
import qiantang.store.read.Completeness;
import qiantang.store.registry.Enterprise;
import qiantang.store.registry.Registry;

/** What an enterprise is, has and sent. */
public final class ReadEnterprise {
  private static final int ROWS_AT_ONCE = 1000;
  private static final HealthCounts.Reasoned NEVER =
      new HealthCounts.Reasoned(Axis.CONNECTION, Axis.State.OFFLINE, Health.NEVER_CONNECTED);

  private final Registry registry;
  private final Devices devices;
  private final KeptCounts kept;
  private final StoreWait store;

  /**
   * The answer.
   *
   * @param counts what it sent and what became of it
   */
  public record Found(
      Enterprise enterprise, DeviceCounts devices, Counts counts, Completeness completeness) {}

  /** Devices by connection. */
  public record DeviceCounts(long total, long online, long offline, long never, long unknown) {
    /** Of what was counted by state: who was never connected is offline for that reason. */
    static DeviceCounts of(HealthCounts all) {
      long never =
          all.reasons().stream()
              .filter(reason -> reason.why().equals(NEVER))
              .mapToLong(HealthCounts.Reason::count)
              .sum();
      return new DeviceCounts(
          all.total(),
          all.of(Axis.State.ONLINE),
          all.of(Axis.State.OFFLINE) - never,
          never,
          all.of(Axis.State.UNKNOWN));
    }
  }

  /** Reads from these. */
  public ReadEnterprise(Registry registry, Devices devices, KeptCounts kept, StoreWait store) {
    this.registry = registry;
    this.devices = devices;
    this.kept = kept;
    this.store = store;
  }

  /** The enterprise, or empty. */
  public Optional<Found> run(Leave leave) {
    Optional<Enterprise> enterprise = store.await(registry.enterprise(leave.enterprise()));
    return enterprise.map(
        row ->
            kept.of(row.id())
                .filter(last -> last.count().all().total() > ReadHealth.COUNTED_NOW_MAX)
                .map(last -> ofKept(row, last))
                .orElseGet(() -> counted(row)));
  }

  private Found counted(Enterprise row) {
    Activity activity = devices.activity(row.id());
    return new Found(
        row, count(devices.fleet(row.id(), activity)), activity.counts(), activity.completeness());
  }

  /** A million devices are not gone through to be counted. */
  private Found ofKept(Enterprise row, KeptCounts.Found last) {
    Activity ofNone = devices.activityOf(row.id(), Set.of());
    return new Found(
        row,
        DeviceCounts.of(last.count().all()),
        ofNone.counts(),
        Completeness.ofCounts(ofNone.completeness().complete(), last.countedMillis()));
  }

  private static DeviceCounts count(Fleet fleet) {
    long online = 0;
    long offline = 0;
    long never = 0;
    long unknown = 0;
    Iterator<FleetDevice> walk = fleet.after(null, ROWS_AT_ONCE);
    while (walk.hasNext()) {
      switch (walk.next().connection()) {
        case ONLINE -> online++;
        case OFFLINE -> offline++;
        case NEVER -> never++;
        case UNKNOWN -> unknown++;
      }
    }
    return new DeviceCounts(online + offline + never + unknown, online, offline, never, unknown);
  }
}
