package qiantang.query.read;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import qiantang.query.access.Action;
import qiantang.query.access.Choice;
import qiantang.query.auth.Leave;
import qiantang.query.waiting.SampleBudget;
import qiantang.query.waiting.StoreWait;
import qiantang.store.access.Place;
import qiantang.store.model.DeviceId;
import qiantang.store.read.LatestOfDevices;
import qiantang.store.read.Reader;
import qiantang.store.read.Series.Sample;

/** The newest value of each metric of all devices of an enterprise, in pages. */
public final class ReadLatestOfAll {
  /**
   * A page ends early where its devices have more metrics on average. So the largest page holds a
   * twentieth of what all answers may, unless one device alone has more.
   */
  private static final int METRICS_OF_DEVICE = 100;

  private final Reader reader;
  private final GoneDevices gone;
  private final Places places;
  private final SampleBudget budget;
  private final StoreWait store;

  /**
   * Which values.
   *
   * @param metrics none asks for all
   * @param after the page begins behind this device; null for the first one
   * @param limit devices of a page
   */
  public record Wanted(Set<String> metrics, @Nullable DeviceId after, int limit) {}

  /** What became of it. */
  public sealed interface Result {
    /**
     * A page; whoever has sent it closes the permit.
     *
     * @param told what the answer says of grants behind it; null where nothing is kept back
     */
    record Found(LatestOfDevices answer, Choice.@Nullable Told told, SampleBudget.Permit permit)
        implements Result {}

    /** The caller may not ask this of any of the devices that it sees. */
    record Barred(String advice) implements Result {}
  }

  /** Reads from these, within a budget. */
  public ReadLatestOfAll(
      Reader reader, GoneDevices gone, Places places, SampleBudget budget, StoreWait store) {
    this.reader = reader;
    this.gone = gone;
    this.places = places;
    this.budget = budget;
    this.store = store;
  }

  /** A page. */
  public Result run(Leave leave, Wanted wanted) {
    int samplesMax = wanted.limit() * METRICS_OF_DEVICE;
    SampleBudget.Permit permit = budget.take(leave.account(), samplesMax);
    boolean isHandedOver = false;
    try {
      LatestOfDevices answer =
          existing(
              leave,
              store.await(
                  reader.latestOfDevices(
                      leave.enterprise(), wanted.after(), wanted.limit(), samplesMax)));
      permit.shrinkTo(answer.byDevice().values().stream().mapToInt(one -> one.size()).sum());
      Result result =
          leave.sight().isWhole()
              ? new Result.Found(ofMetrics(wanted.metrics(), answer), null, permit)
              : granted(leave, wanted, answer, permit);
      isHandedOver = result instanceof Result.Found;
      return result;
    } finally {
      if (!isHandedOver) {
        permit.close();
      }
    }
  }

  /** Without the devices that were deleted. */
  private LatestOfDevices existing(Leave leave, LatestOfDevices answer) {
    Set<DeviceId> deleted = gone.of(leave.enterprise(), answer.byDevice().keySet());
    if (deleted.isEmpty()) {
      return answer;
    }
    SortedMap<DeviceId, SortedMap<String, Sample>> devices = new TreeMap<>(answer.byDevice());
    devices.keySet().removeAll(deleted);
    return of(devices, answer);
  }

  /** Of the devices that are granted, the metrics that are. */
  private Result granted(
      Leave leave, Wanted wanted, LatestOfDevices answer, SampleBudget.Permit permit) {
    List<String> asked = wanted.metrics().stream().sorted().toList();
    Map<DeviceId, Place> where = places.of(leave, List.copyOf(answer.byDevice().keySet()));
    SortedMap<DeviceId, SortedMap<String, Sample>> devices = new TreeMap<>();
    Set<String> metrics = new TreeSet<>();
    Set<String> withheld = new TreeSet<>();
    Set<String> advice = new TreeSet<>();
    where.forEach(
        (device, place) -> {
          Choice choice = leave.sight().choose(place, asked, new Action.Samples());
          if (choice instanceof Choice.Barred(String why)) {
            advice.add(why);
          }
          if (choice instanceof Choice.Pass pass) {
            SortedMap<String, Sample> own = new TreeMap<>(answer.byDevice().get(device));
            if (!pass.metrics().isEmpty()) {
              own.keySet().retainAll(pass.metrics());
            }
            devices.put(device, own);
            if (pass.told() != null) {
              metrics.addAll(pass.told().metrics());
              withheld.addAll(pass.told().withheld());
            }
          }
        });
    // Of a page of many nobody knows what the next one has.
    boolean isAll = wanted.after() == null && answer.after() == null;
    if (devices.isEmpty() && isAll && !advice.isEmpty()) {
      return new Result.Barred(advice.iterator().next());
    }
    return new Result.Found(
        of(devices, answer),
        leave.sight().isByGrants()
            ? new Choice.Told(leave.sight().used(), List.copyOf(metrics), List.copyOf(withheld))
            : null,
        permit);
  }

  private static LatestOfDevices ofMetrics(Set<String> metrics, LatestOfDevices answer) {
    if (metrics.isEmpty()) {
      return answer;
    }
    SortedMap<DeviceId, SortedMap<String, Sample>> devices = new TreeMap<>();
    answer
        .byDevice()
        .forEach(
            (device, samples) -> {
              SortedMap<String, Sample> wanted = new TreeMap<>(samples);
              wanted.keySet().retainAll(metrics);
              devices.put(device, wanted);
            });
    return of(devices, answer);
  }

  /** What is kept back tells nothing, not even when it came. */
  private static LatestOfDevices of(
      SortedMap<DeviceId, SortedMap<String, Sample>> devices, LatestOfDevices answer) {
    long newestMicros =
        devices.values().stream()
            .mapToLong(samples -> ReadLatest.newest(samples.values()))
            .max()
            .orElse(0);
    return new LatestOfDevices(devices, answer.after(), answer.completeness().fresh(newestMicros));
  }
}
