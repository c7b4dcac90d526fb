package qiantang.query.http;

import java.time.InstantSource;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import qiantang.query.access.Choice;
import qiantang.query.auth.Leave;
import qiantang.query.json.BatchJson;
import qiantang.query.read.DeviceUnits;
import qiantang.query.read.ReadLatestOfSome;
import qiantang.query.read.ReadSets;
import qiantang.store.access.Subtree;
import qiantang.store.model.DeviceId;
import qiantang.store.summary.Across;
import qiantang.store.summary.Aggregate;

/** Questions about many devices, whose parameters are a body: newest values, and aggregates. */
public final class BatchEndpoints {
  // A year: what is older is no news to anybody.
  private static final int MAX_AGE_SECONDS_MAX = 366 * 24 * 3600;
  private static final int TOP_MAX = 1000;

  private final ReadLatestOfSome readLatest;
  private final ReadSets readSets;
  private final DeviceUnits units;
  private final InstantSource clock;

  /** Answers by these use cases, with units; the clock gives ages and the usual times. */
  public BatchEndpoints(
      ReadLatestOfSome readLatest, ReadSets readSets, DeviceUnits units, InstantSource clock) {
    this.readLatest = readLatest;
    this.readSets = readSets;
    this.units = units;
    this.clock = clock;
  }

  Answer latest(Leave leave, Request request) {
    Faults faults = new Faults();
    Members members = new Members(request.body(), "", faults);
    List<BatchMembers.Named> devices = BatchMembers.devices(members);
    List<String> metrics = BatchMembers.metrics(members);
    int maxAgeSeconds = members.number("maxAgeSeconds", 0, MAX_AGE_SECONDS_MAX);
    members.refuseOthers();
    if (faults.areAny()) {
      return faults.answer();
    }
    long nowMicros = BatchMembers.micros(clock.instant());
    long fromMicros = maxAgeSeconds == 0 ? Long.MIN_VALUE : nowMicros - maxAgeSeconds * 1_000_000L;
    return switch (readLatest.run(
        leave, new ReadLatestOfSome.Wanted(BatchMembers.ids(devices), metrics, fromMicros))) {
      case ReadLatestOfSome.Result.Found found -> {
        var each = units.of(leave.enterprise(), BatchMembers.ids(devices));
        yield granted(
            Answer.json(200, BatchJson.latest(told(devices, found), found, each, nowMicros))
                .about(toldOf(found))
                .costing(found.values())
                .releasing(found.permit()::close),
            found.told());
      }
      case ReadLatestOfSome.Result.TooLarge(int samplesMax) -> {
        faults.member(
            "/devices",
            "they have more than " + samplesMax + " metrics together: ask for fewer devices");
        yield faults.answer();
      }
    };
  }

  /** Those of which anything is told. */
  private static List<DeviceId> toldOf(ReadLatestOfSome.Result.Found found) {
    return found.items().stream()
        .filter(item -> item instanceof ReadLatestOfSome.Item.Values)
        .map(ReadLatestOfSome.Item::device)
        .toList();
  }

  /** Of each that was named, in that order: what was found of it, or that it is no id. */
  private static List<BatchJson.Told> told(
      List<BatchMembers.Named> devices, ReadLatestOfSome.Result.Found found) {
    Iterator<ReadLatestOfSome.Item> items = found.items().iterator();
    return devices.stream()
        .map(
            device ->
                device.id() == null
                    ? new BatchJson.Told.Failed(device.text(), BatchMembers.malformed())
                    : told(items.next()))
        .toList();
  }

  private static BatchJson.Told told(ReadLatestOfSome.Item item) {
    return switch (item) {
      case ReadLatestOfSome.Item.Values values -> new BatchJson.Told.Values(values);
      case ReadLatestOfSome.Item.NoDevice(DeviceId device) ->
          new BatchJson.Told.Failed(device.text(), SeriesOfMany.noDevice());
      case ReadLatestOfSome.Item.Barred(DeviceId device, String advice) ->
          new BatchJson.Told.Failed(
              device.text(), SeriesOfMany.problem(Problem.NOT_GRANTED, advice));
    };
  }

  Answer aggregate(Leave leave, Request request) {
    Faults faults = new Faults();
    ReadSets.Wanted wanted = wanted(new Members(request.body(), "", faults));
    if (faults.areAny()) {
      return faults.answer();
    }
    return switch (readSets.run(leave, wanted, BatchMembers.micros(clock.instant()))) {
      case ReadSets.Result.Found found ->
          granted(
              Answer.json(200, BatchJson.sets(leave.enterprise(), wanted, found))
                  .about(wanted.subtree().devices())
                  .costing(found.values())
                  .releasing(found.permit()::close),
              found.told());
      case ReadSets.Result.TooLarge(int cellsMax) ->
          Answer.problem(
              Problem.INVALID_REQUEST,
              "there are more than "
                  + cellsMax
                  + " intervals of all sets together, or more devices for a longer time than can"
                  + " be read at once: take longer intervals, a shorter time, or a part of the"
                  + " enterprise");
      case ReadSets.Result.TooManyDevices(int devicesMax) ->
          Answer.problem(
              Problem.INVALID_REQUEST,
              "there are more than "
                  + devicesMax
                  + " devices: take a factory or a line, or one set of all devices with an"
                  + " aggregate that needs no device's own number");
      case ReadSets.Result.Barred(String advice) -> Granted.barred(advice);
    };
  }

  private ReadSets.Wanted wanted(Members members) {
    Subtree subtree = SubtreeMembers.read(members, "subtree");
    String model = members.name("model");
    String metric = members.nameNeeded("metric");
    ReadSets.By by =
        members.parsed("by", "it is factory, line, model or device", ReadSets.By::ofWord);
    BatchMembers.Times times = BatchMembers.times(members, clock.instant());
    IntervalMembers intervals = new IntervalMembers(members);
    IntervalMembers.Cut cut = intervals.cut(times.fromMicros(), times.toMicros());
    Aggregate told = members.parsed("of", "it is one of " + Aggregate.words(), Aggregate::ofWord);
    List<Aggregate> across = intervals.aggregates("aggregate", Across::knows, usual(told));
    int top = members.number("topK", 0, TOP_MAX);
    if (top > 0 && by == null) {
      members.fault("topK", "it goes with by, which makes several sets");
    }
    members.refuseOthers();
    return new ReadSets.Wanted(
        subtree,
        model,
        metric,
        by,
        times.fromMicros(),
        times.toMicros(),
        cut.cutsMicros(),
        told == null ? Aggregate.AVG : told,
        across,
        top,
        cut.beginAlike());
  }

  /** What one asks of these most often: of what adds up the sum, of all else its own kind. */
  private static Aggregate usual(@Nullable Aggregate told) {
    return told == null
        ? Aggregate.AVG
        : switch (told) {
          case SUM, COUNT, DELTA -> Aggregate.SUM;
          case MIN -> Aggregate.MIN;
          case MAX -> Aggregate.MAX;
          case AVG, TWA, FIRST, LAST -> Aggregate.AVG;
        };
  }

  static Answer granted(Answer answer, Choice.@Nullable Told told) {
    return told == null ? answer : answer.with("Qiantang-Grants", String.join(",", told.grants()));
  }
}
