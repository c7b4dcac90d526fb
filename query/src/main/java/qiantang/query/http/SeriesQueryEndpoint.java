package qiantang.query.http;

import java.io.IOException;
import java.io.OutputStream;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import qiantang.query.access.Action;
import qiantang.query.access.Choice;
import qiantang.query.auth.Leave;
import qiantang.query.json.BatchJson;
import qiantang.query.json.ItemProblem;
import qiantang.query.json.JsonOut;
import qiantang.query.json.SeriesOfManyCsv;
import qiantang.query.read.DeviceUnits;
import qiantang.query.read.Places;
import qiantang.query.read.ReadIntervals;
import qiantang.query.read.ReadLatestOfSome;
import qiantang.query.read.ReadSeries;
import qiantang.query.waiting.HeavyReads;
import qiantang.store.access.Place;
import qiantang.store.model.DeviceId;
import qiantang.store.read.Completeness;
import qiantang.store.read.IntervalsAnswer.IntervalSeries;
import qiantang.store.read.Series;
import qiantang.store.registry.Units;

/** Series of many devices in one answer, which is streamed. */
public final class SeriesQueryEndpoint {
  private static final int VALUES_USUAL = 100_000;
  private static final int VALUES_MAX = 1_000_000;
  private static final String CSV = "text/csv; charset=utf-8; header=present";

  private final ReadSeries readSeries;
  private final ReadIntervals readIntervals;
  private final HeavyReads heavyReads;
  private final Places places;
  private final DeviceUnits units;
  private final InstantSource clock;

  /**
   * What is asked.
   *
   * @param told by intervals or columns; null for all samples
   * @param beginAlike whether intervals begin by the usual clock
   * @param position where the answer before ended; null for the first
   */
  private record Wanted(
      Request request,
      List<BatchMembers.Named> devices,
      List<String> metrics,
      BatchMembers.Times times,
      IntervalParameters.@Nullable Told told,
      boolean beginAlike,
      int limit,
      @Nullable Position position) {
    /** The number of the device with which the answer begins. */
    int first() {
      return position == null ? 0 : position.device();
    }

    /** From when on samples of the first device are wanted. */
    long firstMicros() {
      return position == null ? times.fromMicros() : position.atMicros();
    }
  }

  /** Where an answer goes on: at which of the devices, from when on, and the times asked for. */
  private record Position(int device, long atMicros, long fromMicros, long toMicros) {
    String text() {
      return device + ":" + atMicros + ":" + fromMicros + ":" + toMicros;
    }

    static @Nullable Position parse(String text) {
      if (!text.matches("[0-9]{1,4}(:-?[0-9]{1,18}){3}")) {
        return null;
      }
      String[] parts = text.split(":", -1);
      Position position =
          new Position(
              Integer.parseInt(parts[0]),
              Long.parseLong(parts[1]),
              Long.parseLong(parts[2]),
              Long.parseLong(parts[3]));
      return position.fromMicros <= position.atMicros && position.atMicros <= position.toMicros
          ? position
          : null;
    }
  }

  /** Answers by these use cases, with units; the clock gives the usual times. */
  public SeriesQueryEndpoint(
      ReadSeries readSeries,
      ReadIntervals readIntervals,
      HeavyReads heavyReads,
      Places places,
      DeviceUnits units,
      InstantSource clock) {
    this.readSeries = readSeries;
    this.readIntervals = readIntervals;
    this.heavyReads = heavyReads;
    this.places = places;
    this.units = units;
    this.clock = clock;
  }

  Answer answer(Leave leave, Request request) {
    Faults faults = new Faults();
    Wanted wanted = wanted(request, new Members(request.body(), "", faults));
    if (faults.areAny()) {
      return faults.answer();
    }
    List<BatchMembers.Named> devices =
        wanted.devices().subList(wanted.first(), wanted.devices().size());
    Map<DeviceId, Choice> choices = choices(leave, wanted, BatchMembers.ids(devices));
    List<SeriesOfMany.Asked> asked = new ArrayList<>();
    for (BatchMembers.Named device : devices) {
      Choice choice = device.id() == null ? null : choices.get(device.id());
      asked.add(
          device.id() == null || choice == null
              ? new SeriesOfMany.Asked.Refused(device.text(), BatchMembers.malformed())
              : asked(wanted, device.id(), asked.isEmpty(), choice));
    }
    SeriesOfMany series =
        new SeriesOfMany(leave, readSeries, readIntervals, heavyReads, asked, wanted.limit());
    SeriesOfMany.Block first = series.first();
    Choice.Told told = ReadLatestOfSome.told(leave, choices);
    Answer answer =
        request.wantsCsv()
            ? Answer.of(200, CSV, stream -> csv(stream, wanted, series, first))
            : json(wanted, series, first, told, units.of(leave.enterprise(), choices.keySet()));
    return BatchEndpoints.granted(answer, told)
        .about(readable(choices))
        .with("Vary", "Accept")
        .costing(series::values)
        .releasing(() -> release(first));
  }

  private static List<DeviceId> readable(Map<DeviceId, Choice> choices) {
    return choices.entrySet().stream()
        .filter(entry -> entry.getValue() instanceof Choice.Pass)
        .map(Map.Entry::getKey)
        .toList();
  }

  private static void release(SeriesOfMany.@Nullable Block first) {
    switch (first) {
      case SeriesOfMany.Block.Samples samples -> samples.permit().close();
      case SeriesOfMany.Block.Intervals intervals -> intervals.permit().close();
      case SeriesOfMany.Block.Refused _, SeriesOfMany.Block.Away _ -> {}
      case null -> {}
    }
  }

  private Wanted wanted(Request request, Members members) {
    List<BatchMembers.Named> devices = BatchMembers.devices(members);
    List<String> metrics = BatchMembers.metrics(members);
    int limit = members.number("limit", VALUES_USUAL, VALUES_MAX);
    Position position =
        members.cursor(
            Cursor.SERIES_OF_MANY,
            request,
            text -> {
              Position parsed = Position.parse(text);
              return parsed == null || parsed.device() >= devices.size() ? null : parsed;
            });
    BatchMembers.Times asked = BatchMembers.times(members, clock.instant());
    BatchMembers.Times times =
        position == null
            ? asked
            : new BatchMembers.Times(position.fromMicros(), position.toMicros());
    IntervalMembers intervals = new IntervalMembers(members);
    boolean isByInterval = members.isGiven("interval") && !members.isGiven("tz");
    IntervalParameters.Told told =
        intervals.areGiven() ? intervals.read(times.fromMicros(), times.toMicros()) : null;
    members.refuseOthers();
    return new Wanted(request, devices, metrics, times, told, isByInterval, limit, position);
  }

  /** What may be read of each device. */
  private Map<DeviceId, Choice> choices(Leave leave, Wanted wanted, List<DeviceId> devices) {
    Map<DeviceId, Choice> choices = new LinkedHashMap<>();
    if (leave.sight().isWhole()) {
      devices.forEach(
          device -> choices.put(device, new Choice.Pass(wanted.metrics(), null, false)));
      return choices;
    }
    IntervalParameters.Told told = wanted.told();
    Action action =
        told == null || told.aggregates().isEmpty()
            ? new Action.Samples()
            : Action.Aggregates.of(told.cutsMicros());
    Map<DeviceId, Place> where = places.of(leave, devices);
    for (DeviceId device : devices) {
      choices.put(device, leave.sight().choose(where.get(device), wanted.metrics(), action));
    }
    return choices;
  }

  private SeriesOfMany.Asked asked(Wanted wanted, DeviceId device, boolean isFirst, Choice choice) {
    return switch (choice) {
      case Choice.Hidden _ ->
          new SeriesOfMany.Asked.Refused(device.text(), SeriesOfMany.noDevice());
      case Choice.Barred(String advice) -> barred(device, advice);
      case Choice.Pass pass -> asked(wanted, device, isFirst, pass);
    };
  }

  private SeriesOfMany.Asked asked(
      Wanted wanted, DeviceId device, boolean isFirst, Choice.Pass pass) {
    BatchMembers.Times times = wanted.times();
    IntervalParameters.Told told = wanted.told();
    if (told == null) {
      long fromMicros = isFirst ? wanted.firstMicros() : times.fromMicros();
      return new SeriesOfMany.Asked.Samples(device, pass.metrics(), fromMicros, times.toMicros());
    }
    ReadIntervals.Wanted intervals =
        new ReadIntervals.Wanted(
            device,
            pass.metrics(),
            times.fromMicros(),
            times.toMicros(),
            told.cutsMicros(),
            told.aggregates());
    if (!pass.isPart()) {
      return new SeriesOfMany.Asked.Intervals(device, intervals);
    }
    if (!wanted.beginAlike()) {
      return barred(
          device,
          "only aggregates are granted: ask with interval, which all begin alike, and without tz");
    }
    Instant now = clock.instant();
    ReadIntervals.Wanted past = Granted.past(intervals, BatchMembers.micros(now));
    return past == null
        ? barred(
            device,
            "only aggregates of whole intervals that are over are granted: none lies between"
                + " 'from' and 'to'")
        : new SeriesOfMany.Asked.Intervals(device, past);
  }

  private static SeriesOfMany.Asked barred(DeviceId device, String advice) {
    return new SeriesOfMany.Asked.Refused(
        device.text(), SeriesOfMany.problem(Problem.NOT_GRANTED, advice));
  }

  private static @Nullable String next(Wanted wanted, SeriesOfMany.End end) {
    Integer device = end.device();
    if (device == null) {
      return null;
    }
    Long at = end.fromMicros();
    long from = wanted.times().fromMicros();
    Position position =
        new Position(
            wanted.first() + device, at == null ? from : at, from, wanted.times().toMicros());
    return Cursor.SERIES_OF_MANY.encode(wanted.request(), position.text());
  }

  private static Answer json(
      Wanted wanted,
      SeriesOfMany series,
      SeriesOfMany.@Nullable Block first,
      Choice.@Nullable Told told,
      Function<DeviceId, Units.OfModel> each) {
    return Answer.json(200, out -> json(out, wanted, series, first, told, each));
  }

  private static void json(
      JsonOut out,
      Wanted wanted,
      SeriesOfMany series,
      SeriesOfMany.@Nullable Block first,
      Choice.@Nullable Told told,
      Function<DeviceId, Units.OfModel> each)
      throws IOException {
    BatchJson.beginSeries(out, wanted.times().fromMicros(), wanted.times().toMicros());
    SeriesOfMany.End end =
        series.write(
            first,
            new SeriesOfMany.Sink() {
              @Override
              public void samples(String device, List<Series> all, Completeness completeness)
                  throws IOException {
                BatchJson.samples(out, device, all, each.apply(new DeviceId(device)), completeness);
              }

              @Override
              public void intervals(
                  String device, List<IntervalSeries> all, Completeness completeness)
                  throws IOException {
                BatchJson.intervals(
                    out, device, all, each.apply(new DeviceId(device)), completeness);
              }

              @Override
              public void problem(String device, ItemProblem problem) throws IOException {
                BatchJson.problem(out, device, problem);
              }
            });
    BatchJson.endSeries(out, end.completeness(), told, next(wanted, end));
  }

  private static void csv(
      OutputStream stream, Wanted wanted, SeriesOfMany series, SeriesOfMany.@Nullable Block first)
      throws IOException {
    IntervalParameters.Told told = wanted.told();
    SeriesOfManyCsv table =
        new SeriesOfManyCsv(stream, told != null && !told.aggregates().isEmpty());
    table.begin();
    SeriesOfMany.End end =
        series.write(
            first,
            new SeriesOfMany.Sink() {
              @Override
              public void samples(String device, List<Series> all, Completeness completeness)
                  throws IOException {
                table.samples(device, all);
              }

              @Override
              public void intervals(
                  String device, List<IntervalSeries> all, Completeness completeness)
                  throws IOException {
                table.intervals(device, all);
              }

              @Override
              public void problem(String device, ItemProblem problem) throws IOException {
                table.problem(device, problem);
              }
            });
    table.end(next(wanted, end));
  }
}
