package qiantang.query.read;

import java.time.InstantSource;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import qiantang.query.waiting.StoreWait;
import qiantang.store.count.DeviceEvidence;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;
import qiantang.store.read.Activity;
import qiantang.store.read.Activity.DeviceActivity;
import qiantang.store.read.Completeness;
import qiantang.store.read.Reader;
import qiantang.store.read.RejectionsRequest;
import qiantang.store.registry.Device;
import qiantang.store.registry.Registry;

/** Finds devices wherever they are known. Blocks: virtual threads only. */
public final class Devices {
  // A row is read for each; more are found by going through all.
  private static final int IDENTIFIED_MAX = 1000;

  private final Registry registry;
  private final Reader reader;
  private final KeptCounts kept;
  private final StoreWait store;
  private final InstantSource clock;

  /**
   * Devices of a registry and of the journal behind a reader.
   *
   * @param kept tells what is usual among the devices of a model
   * @param clock tells how long a device is silent
   */
  public Devices(
      Registry registry, Reader reader, KeptCounts kept, StoreWait store, InstantSource clock) {
    this.kept = kept;
    this.clock = clock;
    this.registry = registry;
    this.reader = reader;
    this.store = store;
  }

  /** A device, and what is known of it is worth. */
  public record Told(FleetDevice device, Completeness completeness) {}

  /** One device. */
  public Optional<FleetDevice> find(EnterpriseId enterprise, DeviceId id) {
    return look(enterprise, id).map(Told::device);
  }

  /** The same, with what the answer is worth. */
  public Optional<Told> look(EnterpriseId enterprise, DeviceId id) {
    // Both are asked at once: this is what an identifier waits for.
    CompletionStage<Optional<Device>> asked = registry.deviceRow(enterprise, id);
    CompletionStage<Activity> told = reader.activityOf(enterprise, id);
    Optional<Device> row = store.await(asked);
    Activity seen = store.await(told);
    if (DeviceEvidence.isGone(row.orElse(null), seen.of(id))) {
      return Optional.empty();
    }
    row = row.filter(known -> known.deleted() == null);
    if (row.isPresent() || !seen.devices().containsKey(id)) {
      return row.map(known -> new Told(registered(known, seen.of(id)), seen.completeness()));
    }
    // For the seconds that discovery takes: whether it is a gateway, the others' births tell.
    Activity all = activity(enterprise);
    return Optional.ofNullable(fleet(enterprise, all).discovered(id))
        .map(found -> new Told(found, all.completeness()));
  }

  private FleetDevice registered(Device row, @Nullable DeviceActivity seen) {
    return FleetDevice.registered(
        row,
        seen,
        kept.bounds(row.enterprise()).get(DeviceEvidence.model(row, seen)),
        clock.millis());
  }

  /**
   * Whether there is such a device. The registry is asked first: its answer costs one row, that of
   * the journal a scan of what is not folded.
   */
  boolean isKnown(EnterpriseId enterprise, DeviceId id) {
    return store.await(registry.device(enterprise, id)).isPresent()
        || store.await(reader.activity(enterprise, id)).isPresent();
  }

  /**
   * Those of some devices of which nobody knows. The registry is asked first, and what devices did
   * is read at most once, however many are asked for.
   */
  Set<DeviceId> unknown(EnterpriseId enterprise, List<DeviceId> ids) {
    Set<DeviceId> unknown = new HashSet<>(ids);
    store
        .awaitEach(ids, id -> registry.device(enterprise, id))
        .forEach(row -> row.ifPresent(found -> unknown.remove(found.id())));
    if (!unknown.isEmpty()) {
      unknown.removeAll(activity(enterprise).devices().keySet());
    }
    return unknown;
  }

  /** Those of some devices that are not there, also those that were deleted. */
  public Set<DeviceId> missing(EnterpriseId enterprise, Collection<DeviceId> ids) {
    Set<DeviceId> missing = new TreeSet<>(ids);
    Map<DeviceId, Device> deleted = new HashMap<>();
    for (Device row : rowsOf(enterprise, List.copyOf(ids))) {
      if (row.deleted() == null) {
        missing.remove(row.id());
      } else {
        deleted.put(row.id(), row);
      }
    }
    if (!missing.isEmpty()) {
      Activity seen = activityOf(enterprise, Set.copyOf(missing));
      missing.removeIf(
          id -> {
            Device row = deleted.get(id);
            return seen.of(id) != null && (row == null || !DeviceEvidence.isGone(row, seen.of(id)));
          });
    }
    return missing;
  }

  /** Whether it is known, or any rejection is known of it: of some devices all was refused. */
  public boolean hasLeftTraces(EnterpriseId enterprise, DeviceId id) {
    if (isKnown(enterprise, id)) {
      return true;
    }
    RejectionsRequest one = new RejectionsRequest(enterprise, id, null, 0, Long.MAX_VALUE, null, 1);
    return !store.await(reader.rejections(one)).items().isEmpty();
  }

  /**
   * Which devices may have an identifier with this begin, in order of id; null where it is not
   * asked for, or so many have that one looks at all devices as well.
   */
  @Nullable List<DeviceId> identified(EnterpriseId enterprise, @Nullable String begin) {
    if (begin == null) {
      return null;
    }
    List<DeviceId> found =
        store.await(registry.identifiers().search(enterprise, begin, IDENTIFIED_MAX));
    return found.size() >= IDENTIFIED_MAX ? null : found.stream().sorted().distinct().toList();
  }

  Activity activity(EnterpriseId enterprise) {
    return store.await(reader.activity(enterprise));
  }

  Activity activityOf(EnterpriseId enterprise, Set<DeviceId> devices) {
    return store.await(reader.activityOf(enterprise, devices));
  }

  /** Rows of the registry, in order of id, deleted ones too. */
  List<Device> rows(EnterpriseId enterprise, @Nullable DeviceId after, int limit) {
    return store.await(registry.devices(enterprise, after, limit));
  }

  /** Rows of these devices, as far as the registry has them, deleted ones too. */
  List<Device> rowsOf(EnterpriseId enterprise, List<DeviceId> ids) {
    return store.awaitEach(ids, id -> registry.deviceRow(enterprise, id)).stream()
        .flatMap(Optional::stream)
        .toList();
  }

  /** How many devices an enterprise had when they were counted last; 0 where they never were. */
  long counted(EnterpriseId enterprise) {
    return kept.of(enterprise).map(found -> found.count().all().total()).orElse(0L);
  }

  Fleet fleet(EnterpriseId enterprise, Activity activity) {
    return new Fleet(
        registry, store, enterprise, activity, kept.bounds(enterprise), clock.millis());
  }
}
