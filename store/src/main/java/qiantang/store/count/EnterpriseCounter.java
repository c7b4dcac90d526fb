package qiantang.store.count;

import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import qiantang.store.health.Behaviour;
import qiantang.store.health.EnterpriseCount;
import qiantang.store.health.EnterpriseCount.Level;
import qiantang.store.health.Health;
import qiantang.store.health.HealthCounts;
import qiantang.store.health.ModelBounds;
import qiantang.store.model.Counts;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;
import qiantang.store.read.Activity;
import qiantang.store.read.Activity.DeviceActivity;
import qiantang.store.read.Completeness;
import qiantang.store.read.Reader;
import qiantang.store.registry.Device;
import qiantang.store.registry.Registry;

/** Counts the devices of one enterprise, from the registry and all that came. Any thread. */
public final class EnterpriseCounter {
  // A page of the registry's rows: some 200 KB.
  private static final int ROWS_AT_ONCE = 1000;

  private final Reader reader;
  private final Registry registry;
  private final InstantSource clock;
  private final Executor executor;

  /** A device as it is counted. */
  private record Counted(
      @Nullable Device row, @Nullable DeviceActivity seen, boolean isGateway, String model) {}

  /**
   * A count, and what it is of.
   *
   * @param millis when
   * @param completeness of what it was made from
   */
  public record Result(EnterpriseCount count, long millis, Completeness completeness) {
    /** One that was kept. */
    public static Result kept(EnterpriseCount count, long millis) {
      return new Result(count, millis, Completeness.ofCounts(true, millis));
    }
  }

  /**
   * A counter.
   *
   * @param executor counts; the database's own threads must not
   */
  public EnterpriseCounter(
      Reader reader, Registry registry, InstantSource clock, Executor executor) {
    this.reader = reader;
    this.registry = registry;
    this.clock = clock;
    this.executor = executor;
  }

  /**
   * Counts an enterprise.
   *
   * @param before the count before, by which the rate is told; null for none
   */
  public CompletionStage<Result> count(EnterpriseId enterprise, @Nullable Result before) {
    return reader
        .activity(enterprise)
        .thenComposeAsync(
            activity ->
                rows(enterprise).thenApplyAsync(rows -> count(activity, rows, before), executor),
            executor);
  }

  /** Most enterprises have a page of them; of larger ones each row is read once. */
  private CompletionStage<List<Device>> rows(EnterpriseId enterprise) {
    return registry
        .devices(enterprise, null, ROWS_AT_ONCE)
        .thenComposeAsync(
            page ->
                page.size() < ROWS_AT_ONCE
                    ? CompletableFuture.completedFuture(page)
                    : rows(enterprise, 0, null, new ArrayList<>()),
            executor);
  }

  private CompletionStage<List<Device>> rows(
      EnterpriseId enterprise, int bucket, @Nullable DeviceId after, List<Device> into) {
    if (bucket == Registry.DEVICE_BUCKETS) {
      return CompletableFuture.completedFuture(into);
    }
    return registry
        .devicesOf(enterprise, bucket, after, ROWS_AT_ONCE)
        .thenComposeAsync(
            page -> {
              into.addAll(page);
              return page.size() < ROWS_AT_ONCE
                  ? rows(enterprise, bucket + 1, null, into)
                  : rows(enterprise, bucket, page.getLast().id(), into);
            },
            executor);
  }

  private Result count(Activity activity, List<Device> rows, @Nullable Result before) {
    long nowMillis = clock.millis();
    List<Counted> devices = devices(activity, rows);
    Map<String, List<Behaviour>> byModel = new HashMap<>();
    for (Counted device : devices) {
      if (!device.model.isEmpty() && device.seen != null) {
        byModel
            .computeIfAbsent(device.model, model -> new ArrayList<>())
            .add(device.seen.behaviour());
      }
    }
    SortedMap<String, ModelBounds> bounds = new TreeMap<>();
    byModel.forEach(
        (model, behaviours) -> {
          ModelBounds found = ModelBounds.of(behaviours);
          if (found != null && bounds.size() < EnterpriseCount.KEYS_MAX) {
            bounds.put(model, found);
          }
        });
    HealthCounts all = new HealthCounts();
    Map<Level, SortedMap<String, HealthCounts>> by = new EnumMap<>(Level.class);
    for (Counted device : devices) {
      Health health =
          Health.of(
              DeviceEvidence.of(
                  device.row, device.seen, device.isGateway, bounds.get(device.model)),
              nowMillis);
      all.add(health);
      add(by, Level.FACTORY, device.row == null ? "" : device.row.factory(), health);
      add(by, Level.LINE, lineOf(device.row), health);
      add(by, Level.MODEL, device.model, health);
    }
    Counts counts = activity.counts();
    long messages = counts.messagesAccepted() + counts.messagesRefused();
    return new Result(
        new EnterpriseCount(all, by, bounds, messages, rate(messages, nowMillis, before)),
        nowMillis,
        activity.completeness());
  }

  private static List<Counted> devices(Activity activity, List<Device> rows) {
    SortedMap<DeviceId, DeviceActivity> seen = activity.devices();
    Set<DeviceId> known = new HashSet<>();
    List<Counted> devices = new ArrayList<>();
    for (Device row : rows) {
      DeviceActivity activityOf = activity.of(row.id());
      if (row.deleted() != null) {
        if (DeviceEvidence.isGone(row, activityOf)) {
          known.add(row.id());
        }
        continue; // what came since counts as what nobody has created yet
      }
      known.add(row.id());
      boolean isGateway = row.kind() == Device.Kind.GATEWAY;
      devices.add(new Counted(row, activityOf, isGateway, DeviceEvidence.model(row, activityOf)));
    }
    Set<DeviceId> gateways = new HashSet<>();
    seen.values()
        .forEach(
            one -> {
              DeviceId gateway = one.gateway();
              if (gateway != null) {
                gateways.add(gateway);
              }
            });
    seen.forEach(
        (id, one) -> {
          if (!known.contains(id)) {
            String model = DeviceEvidence.model(null, one);
            devices.add(new Counted(null, one, gateways.contains(id), model));
          }
        });
    return devices;
  }

  private static String lineOf(@Nullable Device row) {
    return row == null
        ? EnterpriseCount.key("", "")
        : EnterpriseCount.key(row.factory(), row.line());
  }

  private static void add(
      Map<Level, SortedMap<String, HealthCounts>> by, Level level, String key, Health health) {
    SortedMap<String, HealthCounts> keys = by.computeIfAbsent(level, one -> new TreeMap<>());
    keys.computeIfAbsent(key, one -> new HealthCounts()).addStates(health);
    if (keys.size() > EnterpriseCount.KEYS_MAX) {
      keys.pollLastEntry();
    }
  }

  private static double rate(long messages, long nowMillis, @Nullable Result before) {
    if (before == null || before.millis >= nowMillis || before.count.messages() > messages) {
      return 0;
    }
    return (messages - before.count.messages()) * 1000.0 / (nowMillis - before.millis);
  }
}
