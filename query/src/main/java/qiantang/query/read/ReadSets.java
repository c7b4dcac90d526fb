package qiantang.query.read;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import qiantang.query.access.Action;
import qiantang.query.access.Choice;
import qiantang.query.auth.Leave;
import qiantang.query.read.ChosenDevices.Chosen;
import qiantang.query.waiting.SampleBudget;
import qiantang.query.waiting.StoreWait;
import qiantang.store.access.Subtree;
import qiantang.store.model.DeviceId;
import qiantang.store.model.Value;
import qiantang.store.read.Completeness;
import qiantang.store.read.IntervalsAnswer;
import qiantang.store.read.IntervalsAnswer.IntervalSeries;
import qiantang.store.read.Reader;
import qiantang.store.read.SetsAnswer;
import qiantang.store.read.SetsRequest;
import qiantang.store.read.TotalsRequest;
import qiantang.store.summary.Across;
import qiantang.store.summary.Aggregate;
import qiantang.store.summary.Numbers;
import qiantang.store.summary.Sample;

/**
 * Aggregates across devices, by factory, line, model or device. A device that the caller may not
 * read does not count. One that was deleted does: what was made last month stays what it was, and
 * all ways to sum it up agree. Where rollups of all devices together know what is asked for, they
 * tell it.
 */
public final class ReadSets {
  /** Intervals of all sets together: each takes some 250 B, as a sample that is merged. */
  private static final int CELLS_MAX = 300_000;

  // What a reader holds besides of devices that are read at the same time.
  private static final int HELD_BESIDES = 50_000;

  private static final Key ALL = new Key("", null);

  private final Reader reader;
  private final ChosenDevices devices;
  private final KeptCounts kept;
  private final SampleBudget budget;
  private final StoreWait store;

  /** By what devices are put into sets. */
  public enum By {
    /** The factory that the registry names. */
    FACTORY("factory"),
    /** The line, of its factory. */
    LINE("line"),
    /** The model. */
    MODEL("model"),
    /** Each by itself. */
    DEVICE("device");

    private final String word;

    By(String word) {
      this.word = word;
    }

    /** The word used in requests and answers. */
    public String word() {
      return word;
    }

    /** What has this word, or null. */
    public static @Nullable By ofWord(String word) {
      return Arrays.stream(values()).filter(by -> by.word.equals(word)).findFirst().orElse(null);
    }
  }

  /**
   * What is asked.
   *
   * @param model null for all
   * @param by null for all devices in one set
   * @param cutsMicros begins of intervals and the end of the last
   * @param told what each device tells of an interval
   * @param across what is made of it: at least one that {@link Across} knows
   * @param top so many sets with the largest value of the first of them; 0 for all
   * @param beginAlike whether the intervals begin by the usual clock
   */
  public record Wanted(
      Subtree subtree,
      @Nullable String model,
      String metric,
      @Nullable By by,
      long fromMicros,
      long toMicros,
      long[] cutsMicros,
      Aggregate told,
      List<Aggregate> across,
      int top,
      boolean beginAlike) {
    Wanted over(long[] cuts) {
      return new Wanted(
          subtree,
          model,
          metric,
          by,
          cuts[0],
          cuts[cuts.length - 1],
          cuts,
          told,
          across,
          top,
          true);
    }

    Action action() {
      return Action.Aggregates.of(cutsMicros);
    }
  }

  /** What became of it. */
  public sealed interface Result {
    /**
     * The sets; whoever has sent them closes the permit.
     *
     * @param devices that were asked for and may be read
     * @param counted those of them that told a number; null where that is not known
     * @param setCount sets there are, also where only some are told
     */
    record Found(
        long fromMicros,
        long toMicros,
        long devices,
        @Nullable Long counted,
        int setCount,
        List<OfSet> sets,
        Completeness completeness,
        Choice.@Nullable Told told,
        SampleBudget.Permit permit)
        implements Result {
      /** How many values it has. */
      public long values() {
        return sets.stream()
            .flatMap(set -> set.series().stream())
            .mapToLong(one -> one.samples().size())
            .sum();
      }
    }

    /** There is more than may be held or read at once. */
    record TooLarge(int cellsMax) implements Result {}

    /** The part has more devices than one question may be about. */
    record TooManyDevices(int devicesMax) implements Result {}

    /** The caller may not ask this of any of the devices. */
    record Barred(String advice) implements Result {}
  }

  /** Which set: a line is one of its factory. */
  public record Key(String id, @Nullable String factory) {
    private static final Comparator<Key> ORDER =
        Comparator.comparing((Key key) -> key.factory == null ? "" : key.factory)
            .thenComparing(Key::id);
  }

  /**
   * One set; its series are in the order of the aggregates that were asked for.
   *
   * @param isGone whether it is a device that was deleted
   */
  public record OfSet(
      Key key, long devices, @Nullable Long counted, List<IntervalSeries> series, boolean isGone) {}

  /** What may be read, by sets. */
  private static final class InSets {
    final Map<Key, Integer> numbers = new LinkedHashMap<>();
    final Map<Integer, Integer> sizes = new HashMap<>();
    final SortedMap<DeviceId, Integer> setOf = new TreeMap<>();
    final Map<DeviceId, Choice> choices = new HashMap<>();
    final Set<Key> gone = new HashSet<>();
    @Nullable String advice;
    boolean isPart;
  }

  /** Reads from these, within a budget. */
  public ReadSets(
      Reader reader, ChosenDevices devices, KeptCounts kept, SampleBudget budget, StoreWait store) {
    this.reader = reader;
    this.devices = devices;
    this.kept = kept;
    this.budget = budget;
    this.store = store;
  }

  /** The sets, as of this time. */
  public Result run(Leave leave, Wanted wanted, long nowMicros) {
    if (isOfAllTogether(wanted)
        && leave.sight().choose(null, List.of(wanted.metric()), wanted.action())
            instanceof Choice.Pass pass) {
      return pass.isPart()
          ? ofPart(wanted, nowMicros, past -> ofAll(leave, past, pass))
          : ofAll(leave, wanted, pass);
    }
    Optional<List<Chosen>> chosen =
        devices.of(leave.enterprise(), wanted.subtree(), wanted.model(), wanted.by() == By.MODEL);
    if (chosen.isEmpty()) {
      return new Result.TooManyDevices(ChosenDevices.MAX);
    }
    InSets inSets = inSets(leave, wanted, chosen.get());
    if (inSets.setOf.isEmpty() && inSets.advice != null) {
      return new Result.Barred(inSets.advice);
    }
    return inSets.isPart
        ? ofPart(wanted, nowMicros, past -> bySets(leave, past, inSets))
        : bySets(leave, wanted, inSets);
  }

  /** Answers of a part of the time. */
  @FunctionalInterface
  private interface OfTime {
    Result run(Wanted wanted);
  }

  private static Result ofPart(Wanted wanted, long nowMicros, OfTime use) {
    if (!wanted.beginAlike()) {
      return new Result.Barred(
          "only aggregates are granted: ask with interval, which all begin alike, and without tz");
    }
    long[] cuts =
        WholeIntervals.over(wanted.cutsMicros(), wanted.fromMicros(), wanted.toMicros(), nowMicros);
    return cuts == null
        ? new Result.Barred(
            "only aggregates of whole intervals that are over are granted: none lies between"
                + " 'from' and 'to'")
        : use.run(wanted.over(cuts));
  }

  private static InSets inSets(Leave leave, Wanted wanted, List<Chosen> chosen) {
    InSets inSets = new InSets();
    List<String> metrics = List.of(wanted.metric());
    Action action = wanted.action();
    for (Chosen device : chosen) {
      switch (leave.sight().choose(device.place(), metrics, action)) {
        case Choice.Hidden _ -> {}
        case Choice.Barred(String advice) -> inSets.advice = advice;
        case Choice.Pass pass -> {
          Key key = key(wanted.by(), device);
          int set = inSets.numbers.computeIfAbsent(key, none -> inSets.numbers.size());
          if (device.isGone() && wanted.by() == By.DEVICE) {
            inSets.gone.add(key);
          }
          inSets.sizes.merge(set, 1, Integer::sum);
          inSets.setOf.put(device.place().device(), set);
          inSets.isPart |= pass.isPart();
          if (pass.told() != null) {
            inSets.choices.put(device.place().device(), pass);
          }
        }
      }
    }
    return inSets;
  }

  private static Key key(@Nullable By by, Chosen device) {
    if (by == null) {
      return ALL;
    }
    return switch (by) {
      case FACTORY -> new Key(device.place().factory(), null);
      case LINE -> new Key(device.place().line(), device.place().factory());
      case MODEL -> new Key(device.model(), null);
      case DEVICE -> new Key(device.place().device().text(), null);
    };
  }

  private Result bySets(Leave leave, Wanted wanted, InSets inSets) {
    long cells = inSets.numbers.size() * (wanted.cutsMicros().length - 1L);
    int cellsMax = (int) Math.min(CELLS_MAX, cells);
    boolean isWhole = isWhole(wanted) && leave.sight().isWholeOfOwn();
    return held(
        leave,
        cellsMax,
        permit -> {
          SetsAnswer answer =
              store.await(
                  reader.sets(
                      new SetsRequest(
                          leave.enterprise(),
                          inSets.setOf,
                          wanted.metric(),
                          wanted.fromMicros(),
                          wanted.toMicros(),
                          wanted.cutsMicros(),
                          wanted.told(),
                          isWhole,
                          cellsMax)));
          return switch (answer) {
            case SetsAnswer.TooLarge _ -> new Result.TooLarge(CELLS_MAX);
            case SetsAnswer.Found found -> found(leave, wanted, inSets, found, permit);
          };
        });
  }

  private static Result found(
      Leave leave,
      Wanted wanted,
      InSets inSets,
      SetsAnswer.Found found,
      SampleBudget.Permit permit) {
    SortedMap<Key, Integer> keys = new TreeMap<>(Key.ORDER);
    keys.putAll(inSets.numbers);
    List<OfSet> sets = new ArrayList<>();
    List<Key> ranked = wanted.top() == 0 ? List.copyOf(keys.keySet()) : top(wanted, keys, found);
    for (Key key : ranked) {
      int number = keys.getOrDefault(key, 0);
      SetsAnswer.OfSet told = found.bySet().get(number);
      sets.add(
          new OfSet(
              key,
              inSets.sizes.getOrDefault(number, 0),
              told == null ? 0L : told.devices(),
              told == null ? List.of() : series(wanted, told.byInterval()),
              inSets.gone.contains(key)));
    }
    permit.shrinkTo(
        found.bySet().values().stream().mapToInt(set -> set.byInterval().size()).sum() + 1);
    return new Result.Found(
        wanted.fromMicros(),
        wanted.toMicros(),
        inSets.setOf.size(),
        found.bySet().values().stream().mapToLong(SetsAnswer.OfSet::devices).sum(),
        keys.size(),
        sets,
        found.completeness(),
        ReadLatestOfSome.told(leave, inSets.choices),
        permit);
  }

  private static List<IntervalSeries> series(Wanted wanted, SortedMap<Integer, Across> byInterval) {
    List<IntervalSeries> series = new ArrayList<>();
    for (Aggregate aggregate : wanted.across()) {
      List<Sample> samples = new ArrayList<>(byInterval.size());
      byInterval.forEach(
          (interval, across) -> {
            Value value = across.of(aggregate);
            if (value != null) {
              samples.add(new Sample(wanted.cutsMicros()[interval], value));
            }
          });
      series.add(new IntervalSeries(wanted.metric(), aggregate, samples));
    }
    return series;
  }

  /** The sets with the largest value over all intervals; those without any have none. */
  private static List<Key> top(Wanted wanted, Map<Key, Integer> keys, SetsAnswer.Found found) {
    Map<Key, Value> values = new LinkedHashMap<>();
    keys.forEach(
        (key, number) -> {
          SetsAnswer.OfSet told = found.bySet().get(number);
          Value value = told == null ? null : whole(wanted.across().getFirst(), told);
          if (value != null) {
            values.put(key, value);
          }
        });
    return values.entrySet().stream()
        .sorted((a, b) -> Numbers.compare(b.getValue(), a.getValue())) // equal ones by their names
        .limit(wanted.top())
        .map(Map.Entry::getKey)
        .toList();
  }

  private static @Nullable Value whole(Aggregate aggregate, SetsAnswer.OfSet set) {
    if (aggregate == Aggregate.COUNT) {
      return new Value.Int(set.devices());
    }
    return set.byInterval().values().stream()
        .reduce(Across::plus)
        .map(across -> across.of(aggregate))
        .orElse(null);
  }

  /** Whether it is one number of all samples of all devices, whichever they are of. */
  private static boolean isOfAllTogether(Wanted wanted) {
    return isWhole(wanted)
        && wanted.across().stream().allMatch(across -> inTotal(wanted.told(), across) != null);
  }

  private static boolean isWhole(Wanted wanted) {
    return wanted.subtree().isAll() && wanted.model() == null && wanted.by() == null;
  }

  /** What totals call it; null where each device must be asked. */
  private static @Nullable Aggregate inTotal(Aggregate told, Aggregate across) {
    return switch (told) {
      case SUM, COUNT, DELTA -> across == Aggregate.SUM ? told : null;
      case MIN, MAX, AVG -> across == told ? told : null;
      case FIRST, LAST, TWA -> null;
    };
  }

  private Result ofAll(Leave leave, Wanted wanted, Choice.Pass pass) {
    int samplesMax = wanted.across().size() * (wanted.cutsMicros().length - 1);
    return held(
        leave,
        samplesMax,
        permit -> {
          IntervalsAnswer answer =
              store.await(
                  reader.totals(
                      new TotalsRequest(
                          leave.enterprise(),
                          List.of(wanted.metric()),
                          wanted.fromMicros(),
                          wanted.toMicros(),
                          wanted.cutsMicros(),
                          List.of(wanted.told()),
                          samplesMax)));
          return switch (answer) {
            case IntervalsAnswer.TooLarge _ -> new Result.TooLarge(CELLS_MAX);
            case IntervalsAnswer.Found found -> ofAll(leave, wanted, pass, found, permit);
          };
        });
  }

  private Result ofAll(
      Leave leave,
      Wanted wanted,
      Choice.Pass pass,
      IntervalsAnswer.Found found,
      SampleBudget.Permit permit) {
    // Each of these is made of the same one number in one way, so there is one series.
    List<IntervalSeries> series =
        found.series().stream()
            .map(one -> new IntervalSeries(one.metric(), wanted.across().getFirst(), one.samples()))
            .toList();
    Optional<Long> counted = kept.of(leave.enterprise()).map(of -> of.count().all().total());
    long all =
        counted.orElseGet(
            () ->
                devices
                    .of(leave.enterprise(), Subtree.ALL, null, false)
                    .map(some -> (long) some.size())
                    .orElse((long) ChosenDevices.MAX));
    permit.shrinkTo(series.stream().mapToInt(one -> one.samples().size()).sum() + 1);
    return new Result.Found(
        wanted.fromMicros(),
        wanted.toMicros(),
        all,
        null,
        1,
        List.of(new OfSet(ALL, all, null, series, false)),
        found.completeness(),
        pass.told(),
        permit);
  }

  /** Reads within the budget; whoever answers keeps the permit. */
  private Result held(Leave leave, int samples, Function<SampleBudget.Permit, Result> use) {
    SampleBudget.Permit permit = budget.take(leave.account(), samples + HELD_BESIDES);
    boolean isHandedOver = false;
    try {
      Result result = use.apply(permit);
      isHandedOver = result instanceof Result.Found;
      return result;
    } finally {
      if (!isHandedOver) {
        permit.close();
      }
    }
  }
}
