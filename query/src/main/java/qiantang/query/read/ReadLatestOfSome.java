package qiantang.query.read;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
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
import qiantang.store.read.Completeness;
import qiantang.store.read.LatestOfDevices;
import qiantang.store.read.Reader;
import qiantang.store.read.Series.Sample;

/** The newest value of each metric of some devices, read by their groups in one go. */
public final class ReadLatestOfSome {
  // So many metrics of each device on average, and of few devices as many as one may have.
  private static final int METRICS_OF_DEVICE = 100;
  private static final int SAMPLES_LEAST = 10_000;

  private final Reader reader;
  private final Devices devices;
  private final GoneDevices gone;
  private final Places places;
  private final SampleBudget budget;
  private final StoreWait store;

  /**
   * Which values.
   *
   * @param devices each once
   * @param metrics none asks for all
   * @param fromMicros first event time that is still told
   */
  public record Wanted(List<DeviceId> devices, List<String> metrics, long fromMicros) {}

  /** What became of it. */
  public sealed interface Result {
    /**
     * The values; whoever has sent them closes the permit.
     *
     * @param items of each device, in the order in which they were asked for
     * @param told what the answer says of grants behind it; null where nothing is kept back
     */
    record Found(
        List<Item> items,
        Completeness completeness,
        Choice.@Nullable Told told,
        SampleBudget.Permit permit)
        implements Result {
      /** How many values it has. */
      public long values() {
        return items.stream()
            .mapToLong(item -> item instanceof Item.Values some ? some.values().size() : 0)
            .sum();
      }
    }

    /** The devices have more than so many metrics together. */
    record TooLarge(int samplesMax) implements Result {}
  }

  /** What is told of one device. */
  public sealed interface Item {
    /** Which. */
    DeviceId device();

    /**
     * Its values.
     *
     * @param tooOld names of metrics whose newest value is older than what is still told
     */
    record Values(DeviceId device, SortedMap<String, Sample> values, List<String> tooOld)
        implements Item {}

    /** There is none, or none for this caller. */
    record NoDevice(DeviceId device) implements Item {}

    /** The caller sees it, but may not read this. */
    record Barred(DeviceId device, String advice) implements Item {}
  }

  /** Reads from these, within a budget. */
  public ReadLatestOfSome(
      Reader reader,
      Devices devices,
      GoneDevices gone,
      Places places,
      SampleBudget budget,
      StoreWait store) {
    this.reader = reader;
    this.devices = devices;
    this.gone = gone;
    this.places = places;
    this.budget = budget;
    this.store = store;
  }

  /** The values. */
  public Result run(Leave leave, Wanted wanted) {
    Map<DeviceId, Choice> choices = choices(leave, wanted);
    for (DeviceId deleted : gone.of(leave.enterprise(), wanted.devices())) {
      choices.put(deleted, new Choice.Hidden());
    }
    Set<DeviceId> readable = new HashSet<>();
    choices.forEach(
        (device, choice) -> {
          if (choice instanceof Choice.Pass) {
            readable.add(device);
          }
        });
    int samplesMax = Math.max(SAMPLES_LEAST, readable.size() * METRICS_OF_DEVICE);
    SampleBudget.Permit permit = budget.take(leave.account(), samplesMax);
    boolean isHandedOver = false;
    try {
      LatestOfDevices answer =
          readable.isEmpty()
              ? new LatestOfDevices(new TreeMap<>(), null, Completeness.NOTHING)
              : store.await(reader.latestOfDevices(leave.enterprise(), readable, samplesMax));
      if (answer.after() != null) {
        return new Result.TooLarge(samplesMax);
      }
      permit.shrinkTo(answer.byDevice().values().stream().mapToInt(one -> one.size()).sum());
      List<Item> items = items(leave, wanted, choices, answer);
      isHandedOver = true;
      return new Result.Found(items, answer.completeness(), told(leave, choices), permit);
    } finally {
      if (!isHandedOver) {
        permit.close();
      }
    }
  }

  private Map<DeviceId, Choice> choices(Leave leave, Wanted wanted) {
    Map<DeviceId, Choice> choices = new LinkedHashMap<>();
    if (leave.sight().isWhole()) {
      Choice all = new Choice.Pass(wanted.metrics(), null, false);
      wanted.devices().forEach(device -> choices.put(device, all));
      return choices;
    }
    Map<DeviceId, Place> where = places.of(leave, wanted.devices());
    for (DeviceId device : wanted.devices()) {
      choices.put(
          device, leave.sight().choose(where.get(device), wanted.metrics(), new Action.Samples()));
    }
    return choices;
  }

  private List<Item> items(
      Leave leave, Wanted wanted, Map<DeviceId, Choice> choices, LatestOfDevices answer) {
    List<DeviceId> silent = new ArrayList<>();
    choices.forEach(
        (device, choice) -> {
          if (choice instanceof Choice.Pass && !answer.byDevice().containsKey(device)) {
            silent.add(device);
          }
        });
    // A device that reported exists, whatever the registry knows so far.
    Set<DeviceId> unknown =
        silent.isEmpty() ? Set.of() : devices.unknown(leave.enterprise(), silent);
    List<Item> items = new ArrayList<>(choices.size());
    choices.forEach(
        (device, choice) ->
            items.add(
                switch (choice) {
                  case Choice.Hidden _ -> new Item.NoDevice(device);
                  case Choice.Barred(String advice) -> new Item.Barred(device, advice);
                  case Choice.Pass pass ->
                      unknown.contains(device)
                          ? new Item.NoDevice(device)
                          : values(wanted, device, pass, answer);
                }));
    return items;
  }

  private static Item values(
      Wanted wanted, DeviceId device, Choice.Pass pass, LatestOfDevices answer) {
    SortedMap<String, Sample> values = new TreeMap<>();
    List<String> tooOld = new ArrayList<>();
    Set<String> metrics = Set.copyOf(pass.metrics());
    answer
        .byDevice()
        .getOrDefault(device, new TreeMap<>())
        .forEach(
            (metric, sample) -> {
              if (!metrics.isEmpty() && !metrics.contains(metric)) {
                return;
              }
              if (sample.eventTimeMicros() < wanted.fromMicros()) {
                tooOld.add(metric);
              } else {
                values.put(metric, sample);
              }
            });
    return new Item.Values(device, values, tooOld);
  }

  /** What answers that are made of those of devices say of grants; null without. */
  public static Choice.@Nullable Told told(Leave leave, Map<DeviceId, Choice> choices) {
    if (!leave.sight().isByGrants()) {
      return null;
    }
    Set<String> metrics = new TreeSet<>();
    Set<String> withheld = new TreeSet<>();
    for (Choice choice : choices.values()) {
      if (choice instanceof Choice.Pass pass && pass.told() != null) {
        metrics.addAll(pass.told().metrics());
        withheld.addAll(pass.told().withheld());
      }
    }
    return new Choice.Told(leave.sight().used(), List.copyOf(metrics), List.copyOf(withheld));
  }
}
