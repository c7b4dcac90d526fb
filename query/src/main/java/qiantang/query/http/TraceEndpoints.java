package qiantang.query.http;

import java.time.Duration;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;
import qiantang.query.auth.Leave;
import qiantang.query.change.Traces;
import qiantang.query.json.TraceJson;
import qiantang.query.read.ReadTrace;
import qiantang.query.read.TracePosition;
import qiantang.store.model.DeviceId;
import qiantang.store.model.TopicFilters;
import qiantang.store.trace.Trace;

/** Live traces: what passes between ingest and a device, or on a topic, while somebody watches. */
public final class TraceEndpoints {
  private static final int SECONDS_USUAL = 60;
  private static final int TOPIC_CHARS_MAX = 256;

  // Proxies cut what says nothing for 30 s or a minute.
  private static final int WAIT_SECONDS_MAX = 20;

  private final Traces traces;
  private final ReadTrace readTrace;
  private final InstantSource clock;

  /** Answers by these use cases; the clock says which traces are over. */
  public TraceEndpoints(Traces traces, ReadTrace readTrace, InstantSource clock) {
    this.traces = traces;
    this.readTrace = readTrace;
    this.clock = clock;
  }

  Answer begin(Leave leave, Request request) {
    Faults faults = new Faults();
    Members members = new Members(request.body(), "", faults);
    DeviceId device = members.device("device");
    String topic =
        members.parsed(
            "topic",
            "it is an MQTT topic filter of at most " + TOPIC_CHARS_MAX + " characters",
            text -> text.length() <= TOPIC_CHARS_MAX && TopicFilters.isFilter(text) ? text : null);
    if (members.isGiven("device") == members.isGiven("topic")) {
      members.fault("device", "give either a device or a topic");
    }
    int secondsMax = Math.toIntExact(Trace.DURATION_MAX.toSeconds());
    int seconds = members.number("seconds", SECONDS_USUAL, secondsMax);
    members.refuseOthers();
    if (faults.areAny()) {
      return faults.answer();
    }
    return switch (traces.begin(
        leave, new Traces.Wanted(device, topic, Duration.ofSeconds(seconds)))) {
      case Traces.Result.Begun begun ->
          Answer.json(201, TraceJson.one(begun.trace(), clock.instant()));
      case Traces.Result.TooMany many ->
          Answer.problem(
              Problem.TOO_MANY_TRACES,
              "%d traces of the enterprise are alive: stop one by DELETE, or wait until it is over"
                  .formatted(many.max()));
    };
  }

  Answer list(Leave leave, Request request) {
    Faults faults = new Faults();
    new Parameters(request, faults).refuseOthers();
    return faults.areAny()
        ? faults.answer()
        : Answer.json(200, TraceJson.all(traces.list(leave), clock.instant()));
  }

  Answer read(Leave leave, Request request) {
    Faults faults = new Faults();
    Parameters parameters = new Parameters(request, faults);
    int limit = parameters.limit(EnterpriseEndpoints.LIMIT_USUAL, EnterpriseEndpoints.LIMIT_MAX);
    int waitSeconds = parameters.number("wait", 0, WAIT_SECONDS_MAX);
    @Nullable TracePosition from = parameters.cursor(Cursor.TRACES, TracePosition::parse);
    parameters.refuseOthers();
    if (faults.areAny()) {
      return faults.answer();
    }
    ReadTrace.Wanted wanted =
        new ReadTrace.Wanted(
            from == null ? TracePosition.BEGIN : from, limit, Duration.ofSeconds(waitSeconds));
    return readTrace
        .run(leave, request.pathParameter("trace"), wanted)
        .map(
            found -> {
              TracePosition next = found.next();
              String cursor = Cursor.TRACES.encode(request, next == null ? null : next.text());
              return Answer.json(200, TraceJson.records(found, cursor, clock.instant()));
            })
        .orElseGet(() -> Answer.notFound("trace"));
  }

  Answer stop(Leave leave, Request request) {
    Faults faults = new Faults();
    new Parameters(request, faults).refuseOthers();
    if (faults.areAny()) {
      return faults.answer();
    }
    return traces
        .stop(leave, request.pathParameter("trace"))
        .map(stopped -> Answer.json(200, TraceJson.one(stopped, clock.instant())))
        .orElseGet(() -> Answer.notFound("trace"));
  }
}
