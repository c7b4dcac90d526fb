package qiantang.query.http;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import qiantang.query.access.Action;
import qiantang.query.access.Choice;
import qiantang.query.auth.Caller;
import qiantang.query.auth.Leave;
import qiantang.query.json.DataJson;
import qiantang.query.json.SeriesCsv;
import qiantang.query.read.DeviceUnits;
import qiantang.query.read.ReadIntervals;
import qiantang.query.read.ReadLatest;
import qiantang.query.read.ReadLatestOfAll;
import qiantang.query.read.ReadRejections;
import qiantang.query.read.ReadSeries;
import qiantang.store.model.DeviceId;
import qiantang.store.model.Reason;
import qiantang.store.read.IntervalsAnswer;
import qiantang.store.read.LatestOfDevices;
import qiantang.store.read.RejectionsAnswer;
import qiantang.store.read.SeriesAnswer;
import qiantang.store.registry.Units;

/** What devices sent, and what was refused of it. */
public final class DataEndpoints {
  private static final int SAMPLES_USUAL = 100_000;
  private static final int SAMPLES_MAX = 1_000_000;
  // Without 'from' an answer covers the last hour; without 'to' it ends where I10 ends: no event
  // time lies further ahead.
  private static final Duration USUAL_SPAN = Duration.ofHours(1);
  private static final Duration AHEAD_MAX = Duration.ofMinutes(5);
  private static final String CSV = "text/csv; charset=utf-8; header=present";
  private static final DeviceId NO_DEVICE = new DeviceId("-");
  private static final Pattern REJECTION_ID = Pattern.compile("[0-9a-f-]{1,128}");

  private final ReadLatest readLatest;
  private final ReadLatestOfAll readLatestOfAll;
  private final ReadSeries readSeries;
  private final ReadIntervals readIntervals;
  private final ReadRejections readRejections;
  private final DeviceUnits units;
  private final InstantSource clock;

  /** Where a series goes on, and where the request before ended. */
  private record Position(long fromMicros, long toMicros) {
    String text() {
      return fromMicros + ":" + toMicros;
    }

    static @Nullable Position parse(String text) {
      if (!text.matches("-?[0-9]{1,18}:-?[0-9]{1,18}")) {
        return null;
      }
      int colon = text.indexOf(':');
      long fromMicros = Long.parseLong(text.substring(0, colon));
      long toMicros = Long.parseLong(text.substring(colon + 1));
      return fromMicros < toMicros ? new Position(fromMicros, toMicros) : null;
    }
  }

  /** Answers by these use cases, with units; the clock gives the usual times. */
  public DataEndpoints(
      ReadLatest readLatest,
      ReadLatestOfAll readLatestOfAll,
      ReadSeries readSeries,
      ReadIntervals readIntervals,
      ReadRejections readRejections,
      DeviceUnits units,
      InstantSource clock) {
    this.readLatest = readLatest;
    this.readLatestOfAll = readLatestOfAll;
    this.readSeries = readSeries;
    this.readIntervals = readIntervals;
    this.readRejections = readRejections;
    this.units = units;
    this.clock = clock;
  }

  Answer latest(Leave leave, Request request) {
    Faults faults = new Faults();
    Parameters parameters = new Parameters(request, faults);
    List<String> metrics = parameters.metrics();
    parameters.refuseOthers();
    if (faults.areAny()) {
      return faults.answer();
    }
    Optional<DeviceId> device = DeviceEndpoints.idOf(request);
    return device.isEmpty()
        ? Answer.notFound("device")
        : Granted.reading(
            leave,
            leave.place(),
            metrics,
            new Action.Samples(),
            pass -> latest(leave, device.get(), pass));
  }

  private Answer latest(Leave leave, DeviceId device, Choice.Pass pass) {
    return readLatest
        .run(leave, device, new HashSet<>(pass.metrics()))
        .map(
            answer -> {
              Units.OfModel own = units.of(leave.enterprise(), device);
              return Answer.json(200, DataJson.latest(device, answer, own, pass.told()))
                  .costing(answer.byMetric().size())
                  .tagged(Tag.BY_CONTENT);
            })
        .orElseGet(() -> Answer.notFound("device"));
  }

  Answer latestOfAll(Leave leave, Request request) {
    Faults faults = new Faults();
    Parameters parameters = new Parameters(request, faults);
    List<String> metrics = parameters.metrics();
    int limit = parameters.limit(EnterpriseEndpoints.LIMIT_USUAL, EnterpriseEndpoints.LIMIT_MAX);
    DeviceId after = parameters.cursor(Cursor.LATEST, DeviceEndpoints::id);
    parameters.refuseOthers();
    if (faults.areAny()) {
      return faults.answer();
    }
    ReadLatestOfAll.Wanted wanted =
        new ReadLatestOfAll.Wanted(new HashSet<>(metrics), after, limit);
    return switch (readLatestOfAll.run(leave, wanted)) {
      case ReadLatestOfAll.Result.Found found -> {
        DeviceId last = found.answer().after();
        String next = Cursor.LATEST.encode(request, last == null ? null : last.text());
        var each = units.of(leave.enterprise(), found.answer().byDevice().keySet());
        yield Answer.json(200, DataJson.latest(found.answer(), each, next, found.told()))
            .costing(points(found.answer()))
            .releasing(found.permit()::close);
      }
      case ReadLatestOfAll.Result.Barred(String advice) -> Granted.barred(advice);
    };
  }

  private static long points(LatestOfDevices answer) {
    return answer.byDevice().values().stream().mapToLong(Map::size).sum();
  }

  Answer series(Leave leave, Request request) {
    return IntervalParameters.areIn(request) ? intervals(leave, request) : samples(leave, request);
  }

  private Answer samples(Leave leave, Request request) {
    Optional<DeviceId> device = DeviceEndpoints.idOf(request);
    Faults faults = new Faults();
    ReadSeries.Wanted wanted =
        wanted(device.orElse(NO_DEVICE), new Parameters(request, faults), faults);
    if (faults.areAny()) {
      return faults.answer();
    }
    if (device.isEmpty()) {
      return Answer.notFound("device");
    }
    return Granted.reading(
        leave,
        leave.place(),
        wanted.metrics(),
        new Action.Samples(),
        pass -> samples(leave, request, wanted.of(pass.metrics()), pass));
  }

  private Answer samples(Leave leave, Request request, ReadSeries.Wanted wanted, Choice.Pass pass) {
    // A table says in its head whether there is more: nothing of it is sent before all is read.
    ReadSeries.Result result =
        request.wantsCsv() ? readSeries.run(leave, wanted) : readSeries.begin(leave, wanted);
    return switch (result) {
      case ReadSeries.Result.Found found -> {
        Units.OfModel own = units(leave, request, wanted.device());
        Answer sent =
            found.isBegun()
                ? begun(leave, request, wanted, found, own, pass.told())
                : whole(request, wanted, found.answer(), own, pass.told());
        yield sent.with("Vary", "Accept").releasing(found.permit()::close);
      }
      case ReadSeries.Result.NoDevice none -> Answer.notFound("device");
    };
  }

  private Answer intervals(Leave leave, Request request) {
    Optional<DeviceId> device = DeviceEndpoints.idOf(request);
    Faults faults = new Faults();
    ReadIntervals.Wanted wanted =
        wantedIntervals(device.orElse(NO_DEVICE), new Parameters(request, faults), faults);
    if (faults.areAny()) {
      return faults.answer();
    }
    return device.isEmpty() ? Answer.notFound("device") : intervals(leave, request, wanted);
  }

  Answer seriesOfEnterprise(Leave leave, Request request) {
    Faults faults = new Faults();
    ReadIntervals.Wanted wanted = wantedIntervals(null, new Parameters(request, faults), faults);
    return faults.areAny() ? faults.answer() : intervals(leave, request, wanted);
  }

  private Answer intervals(Leave leave, Request request, ReadIntervals.Wanted wanted) {
    return Granted.reading(
        leave,
        leave.place(),
        wanted.metrics(),
        Granted.action(wanted),
        pass -> {
          ReadIntervals.Wanted granted = wanted.of(pass.metrics());
          if (!pass.isPart()) {
            return intervals(leave, request, granted, pass);
          }
          if (!request.query().contains("interval") || request.query().contains("tz")) {
            return Granted.barred(
                "only aggregates are granted: ask with interval=, which all begin alike, and"
                    + " without tz=");
          }
          var past = Granted.past(granted, micros(clock.instant()));
          return past == null
              ? Granted.barred(
                  "only aggregates of whole intervals that are over are granted: none lies between"
                      + " 'from' and 'to'")
              : intervals(leave, request, past, pass);
        });
  }

  private Answer intervals(
      Leave leave, Request request, ReadIntervals.Wanted wanted, Choice.Pass pass) {
    return switch (readIntervals.run(leave, wanted)) {
      case ReadIntervals.Result.Found found -> intervals(leave, request, wanted, found, pass);
      case ReadIntervals.Result.TooLarge(int samplesMax) ->
          Answer.problem(
              Problem.INVALID_REQUEST,
              "the answer would have more than "
                  + samplesMax
                  + " values, or more than 1000 metrics: name some metrics, or take longer"
                  + " intervals, fewer points, fewer aggregates or a shorter time");
      case ReadIntervals.Result.NoDevice none -> Answer.notFound("device");
    };
  }

  Answer rejectionsOfEnterprise(Leave leave, Request request) {
    return rejections(request, wanted -> Optional.of(readRejections.ofEnterprise(leave, wanted)));
  }

  Answer rejectionsOfDevice(Leave leave, Request request) {
    return rejections(
        request,
        wanted ->
            DeviceEndpoints.idOf(request)
                .flatMap(device -> readRejections.ofDevice(leave, device, wanted)));
  }

  Answer rejectionsOfNobody(Caller operator, Request request) {
    return rejections(request, wanted -> Optional.of(readRejections.ofNobody(operator, wanted)));
  }

  private ReadSeries.Wanted wanted(DeviceId device, Parameters parameters, Faults faults) {
    TimeRange times = times(parameters, faults);
    List<String> metrics = parameters.metrics();
    int limit = parameters.limit(SAMPLES_USUAL, SAMPLES_MAX);
    Position position = parameters.cursor(Cursor.SERIES, Position::parse);
    parameters.refuseOthers();
    if (position != null) {
      // The page before said where it ended: times without a date would have moved meanwhile.
      return new ReadSeries.Wanted(
          device, metrics, position.fromMicros(), position.toMicros(), limit);
    }
    return new ReadSeries.Wanted(device, metrics, times.fromMicros, times.toMicros, limit);
  }

  private ReadIntervals.Wanted wantedIntervals(
      @Nullable DeviceId device, Parameters parameters, Faults faults) {
    TimeRange times = times(parameters, faults);
    List<String> metrics = parameters.metrics();
    IntervalParameters.Told told =
        new IntervalParameters(parameters, faults, device == null)
            .read(times.fromMicros, times.toMicros);
    parameters.refuseOthers();
    return new ReadIntervals.Wanted(
        device, metrics, times.fromMicros, times.toMicros, told.cutsMicros(), told.aggregates());
  }

  private record TimeRange(long fromMicros, long toMicros) {}

  private TimeRange times(Parameters parameters, Faults faults) {
    Instant now = clock.instant();
    long toMicros = parameters.timeMicros("to", micros(now.plus(AHEAD_MAX)));
    long fromMicros =
        parameters.timeMicros("from", Math.min(micros(now), toMicros) - micros(USUAL_SPAN));
    if (fromMicros > toMicros) {
      faults.parameter("from", "it lies behind 'to'");
      return new TimeRange(toMicros, toMicros);
    }
    return new TimeRange(fromMicros, toMicros);
  }

  /** Samples that are all read. */
  private Answer whole(
      Request request,
      ReadSeries.Wanted wanted,
      SeriesAnswer answer,
      Units.OfModel own,
      Choice.@Nullable Told told) {
    String next = next(request, wanted, answer.nextFromMicros());
    Answer sent =
        request.wantsCsv()
            ? Answer.of(200, CSV, stream -> SeriesCsv.write(stream, wanted.device(), answer))
            : Answer.json(200, DataJson.series(wanted, answer, own, next, told));
    if (next != null) {
      sent = sent.with("Link", "<" + request.pathWith("cursor", next) + ">; rel=next");
    }
    if (isOver(wanted.toMicros())) {
      sent = sent.tagged(SeriesTag.of(request, wanted, answer, own, told));
    }
    return sent.costing(answer.samples());
  }

  /**
   * Samples of which the first ones are sent while the others are read: no tag, which is a head.
   */
  private Answer begun(
      Leave leave,
      Request request,
      ReadSeries.Wanted wanted,
      ReadSeries.Result.Found found,
      Units.OfModel own,
      Choice.@Nullable Told told) {
    AtomicLong values = new AtomicLong(found.answer().samples());
    Supplier<SeriesAnswer> readRest =
        () -> {
          SeriesAnswer rest = readSeries.rest(leave, wanted, found);
          values.addAndGet(rest.samples());
          return rest;
        };
    return Answer.json(
            200,
            DataJson.series(
                wanted,
                found.answer(),
                readRest,
                own,
                nextMicros -> next(request, wanted, nextMicros),
                told))
        .costing(values::get);
  }

  private static @Nullable String next(
      Request request, ReadSeries.Wanted wanted, @Nullable Long nextMicros) {
    return Cursor.SERIES.encode(
        request, nextMicros == null ? null : new Position(nextMicros, wanted.toMicros()).text());
  }

  private Answer intervals(
      Leave leave,
      Request request,
      ReadIntervals.Wanted wanted,
      ReadIntervals.Result.Found found,
      Choice.Pass pass) {
    IntervalsAnswer.Found answer = found.answer();
    Units.OfModel own = units(leave, request, wanted.device());
    Answer sent =
        request.wantsCsv()
            ? Answer.of(200, CSV, stream -> SeriesCsv.write(stream, wanted, answer.series()))
            : Answer.json(
                200, DataJson.intervals(leave.enterprise(), wanted, answer, own, pass.told()));
    if (isOver(wanted.toMicros())) {
      sent = sent.tagged(SeriesTag.of(request, wanted, answer, own, pass.told()));
    }
    return sent.costing(answer.series().stream().mapToLong(one -> one.samples().size()).sum())
        .with("Vary", "Accept")
        .releasing(found.permit()::close);
  }

  /** A table has no place for them; all devices together may measure in several. */
  private Units.OfModel units(Leave leave, Request request, @Nullable DeviceId device) {
    return device == null || request.wantsCsv()
        ? Units.OfModel.NONE
        : units.of(leave.enterprise(), device);
  }

  /** Only what comes late changes it: of what goes on nobody has the answer already. */
  private boolean isOver(long toMicros) {
    return toMicros <= micros(clock.instant());
  }

  private static Answer rejections(Request request, RejectionsUse use) {
    Faults faults = new Faults();
    Parameters parameters = new Parameters(request, faults);
    int limit = parameters.limit(EnterpriseEndpoints.LIMIT_USUAL, EnterpriseEndpoints.LIMIT_MAX);
    Reason reason = parameters.word("reason", Reason.class, Reason::word);
    long fromMicros = parameters.timeMicros("from", Long.MIN_VALUE);
    long toMicros = parameters.timeMicros("to", Long.MAX_VALUE);
    String beforeId =
        parameters.cursor(Cursor.REJECTIONS, id -> REJECTION_ID.matcher(id).matches() ? id : null);
    parameters.refuseOthers();
    if (faults.areAny()) {
      return faults.answer();
    }
    return use.run(new ReadRejections.Wanted(reason, fromMicros, toMicros, beforeId, limit))
        .map(
            answer ->
                Answer.json(
                    200,
                    DataJson.rejections(answer, Cursor.REJECTIONS.encode(request, answer.next()))))
        .orElseGet(() -> Answer.notFound("device"));
  }

  /** Reads the rejections of somebody; empty where there is no such device. */
  @FunctionalInterface
  private interface RejectionsUse {
    Optional<RejectionsAnswer> run(ReadRejections.Wanted wanted);
  }

  private static long micros(Instant instant) {
    return ChronoUnit.MICROS.between(Instant.EPOCH, instant);
  }

  private static long micros(Duration duration) {
    return duration.toNanos() / 1000;
  }
}
