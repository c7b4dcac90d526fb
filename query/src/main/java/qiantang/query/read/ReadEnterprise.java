package qiantang.query.read;

import java.util.Iterator;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
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
   * @param usage null where it was never counted
   */
  public record Found(
      Enterprise enterprise,
      DeviceCounts devices,
      Counts counts,
      @Nullable Usage usage,
      Completeness completeness) {}

  /**
   * What it used when it was counted last.
   *
   * @param messagesPerSecond on all nodes together, since the count before
   */
  public record Usage(double messagesPerSecond, long countedMillis) {
    static Usage of(KeptCounts.Found last) {
      return new Usage(last.count().messagesPerSecond(), last.countedMillis());
    }
  }

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
        row -> {
          KeptCounts.@Nullable Found last = kept.of(row.id()).orElse(null);
          return last != null && last.count().all().total() > ReadHealth.COUNTED_NOW_MAX
              ? ofKept(row, last)
              : counted(row, last == null ? null : Usage.of(last));
        });
  }

  private Found counted(Enterprise row, @Nullable Usage usage) {
    Activity activity = devices.activity(row.id());
    return new Found(
        row,
        count(devices.fleet(row.id(), activity)),
        activity.counts(),
        usage,
        activity.completeness());
  }

  /** A million devices are not gone through to be counted. */
  private Found ofKept(Enterprise row, KeptCounts.Found last) {
    Activity ofNone = devices.activityOf(row.id(), Set.of());
    return new Found(
        row,
        DeviceCounts.of(last.count().all()),
        ofNone.counts(),
        Usage.of(last),
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
