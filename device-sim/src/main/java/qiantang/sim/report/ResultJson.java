package qiantang.sim.report;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.function.ToDoubleFunction;
import qiantang.sim.course.Disturbances;
import qiantang.sim.fleet.ProcessHealth;

/**
 * A run as {@code result.json}, whose names and units device-sim/README.md describes. The HTML
 * report is made of nothing else. Pure.
 */
public final class ResultJson {
  /** Goes up when a name changes its meaning or goes away. */
  static final int SCHEMA = 1;

  private static final JsonMapper JSON = new JsonMapper();
  private static final double PERCENT = 100;
  private static final double MILLIS_PER_SECOND = 1_000;
  private static final double MIB = 1 << 20;

  private ResultJson() {}

  public static ObjectNode of(RunReport report, Environment environment) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("schema", SCHEMA);
    json.put("verdict", report.verdict());
    json.put("reason", report.reason());
    json.put("exitCode", report.exitCode().number());
    json.put("run", report.runId());
    json.put("scenario", report.scenario());
    json.put("seed", report.seed());
    json.set("plan", JSON.valueToTree(report.plan()));
    json.put("publishers", report.publishers());
    json.put("devices", report.devices());
    json.put("tookMillis", report.took().toMillis());
    json.put("plannedMessages", report.planned());
    ObjectNode messages = JSON.valueToTree(report.counts());
    messages.remove("disturbed"); // has a place of its own
    messages.put("loggedInMax", report.timeline().connectedMax());
    json.set("messages", messages.put("inFlight", report.counts().inFlight()));
    json.set("disturbances", disturbances(report.disturbances()));
    json.set("ack", latency(report.ack()));
    json.set("ackFromSend", latency(report.ackFromSend()));
    json.set("lag", latency(report.lag()));
    if (report.visible().asked()) {
      json.set("visible", visible(report.visible()));
    }
    json.put("lagP99LimitMillis", report.lagLimitMillis());
    AuditReport.put(json, report.audit());
    report.missedLimits().forEach(json.putArray("missed")::add);
    ArrayNode phases = json.putArray("phases");
    for (Timeline.Phase phase : report.timeline().phases()) {
      ObjectNode one = phases.addObject().put("name", phase.name());
      one.put("fromSeconds", phase.fromMillis() / MILLIS_PER_SECOND);
    }
    json.put("phasesLeftOut", report.timeline().phasesLeftOut());
    workers(json.putArray("workers"), report.timeline().points());
    json.set("series", series(report.timeline().points()));
    json.set("environment", environment.json());
    return json;
  }

  private static ObjectNode disturbances(Disturbances done) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.set("connections", JSON.valueToTree(done.connections()));
    json.put("copies", done.copies());
    json.set("network", JSON.valueToTree(done.network()));
    ArrayNode turns = json.putArray("turns");
    for (Disturbances.Repeated turn : done.turns()) {
      ObjectNode one = turns.addObject().put("name", turn.name());
      one.put("kind", turn.kind().name()).put("sharePercent", PERCENT * turn.share());
      one.put("of", turn.of()).put("chosen", turn.chosen());
      one.put("times", turn.times());
      one.put("firstSeconds", turn.firstMillis() / MILLIS_PER_SECOND);
      one.put("lastSeconds", turn.lastMillis() / MILLIS_PER_SECOND);
      one.put("text", turn.text());
    }
    return json;
  }

  private static ObjectNode latency(Latency latency) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("count", latency.count());
    json.put("p50Millis", latency.p50());
    json.put("p99Millis", latency.p99());
    json.put("p999Millis", latency.p999());
    json.put("maxMillis", latency.max());
    ObjectNode curve = json.putObject("curve");
    ArrayNode percents = curve.putArray("percent");
    ArrayNode millis = curve.putArray("millis");
    for (Latency.Point point : latency.curve()) {
      percents.add(point.percent());
      millis.add(point.millis());
    }
    return json;
  }

  /** What each took in all, and by the point; the first connects while others still start. */
  private static void workers(ArrayNode json, List<Interval> points) {
    int count = points.isEmpty() ? 0 : points.getLast().workers().size();
    for (int w = 0; w < count; w++) {
      int worker = w;
      List<Interval> its = points.stream().filter(i -> worker < i.workers().size()).toList();
      ProcessHealth all =
          its.stream()
              .map(i -> i.workers().get(worker))
              .reduce(ProcessHealth.NONE, ProcessHealth::plus);
      ObjectNode one = json.addObject().put("worker", worker);
      one.put("cpuSeconds", all.cpuNanos() / 1e9);
      one.put("gcMillis", all.gcMillis());
      one.put("heapMaxMebibytes", all.heapBytes() / MIB);
      ObjectNode series = one.putObject("series");
      column(series, "cpuPercent", its, i -> i.workers().get(worker).cores() * PERCENT);
      column(series, "gcPercent", its, i -> i.workers().get(worker).gcShare() * PERCENT);
      column(series, "heapMebibytes", its, i -> i.workers().get(worker).heapBytes() / MIB);
    }
  }

  private static ObjectNode visible(Visible visible) {
    ObjectNode json = latency(visible.latency());
    json.setAll((ObjectNode) JSON.valueToTree(visible.counts()));
    json.put("resolutionP50Millis", visible.resolution().p50());
    json.put("resolutionP99Millis", visible.resolution().p99());
    return json;
  }

  private static ObjectNode series(List<Interval> points) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    column(json, "atSeconds", points, i -> i.toMillis() / MILLIS_PER_SECOND);
    column(json, "lengthSeconds", points, Interval::seconds);
    column(json, "offeredPerSecond", points, i -> i.perSecond(i.traffic().offered()));
    column(json, "sentPerSecond", points, i -> i.perSecond(i.traffic().sent()));
    column(json, "ackedPerSecond", points, i -> i.perSecond(i.traffic().acked()));
    column(json, "refusedPerSecond", points, i -> i.perSecond(i.traffic().refused()));
    column(json, "latePerSecond", points, i -> i.perSecond(i.traffic().late()));
    column(json, "resentPerSecond", points, i -> i.perSecond(i.traffic().resent()));
    column(json, "connected", points, i -> i.standing().connected());
    column(json, "connectionsLost", points, i -> i.traffic().connectionsLost());
    column(json, "inFlight", points, i -> i.standing().inFlight());
    column(json, "backlog", points, i -> i.standing().backlog());
    column(json, "ackP50Millis", points, i -> i.ack().p50());
    column(json, "ackP99Millis", points, i -> i.ack().p99());
    column(json, "ackMaxMillis", points, i -> i.ack().max());
    column(json, "ackFromSendP99Millis", points, i -> i.ackFromSend().p99());
    column(json, "lagP99Millis", points, i -> i.lag().p99());
    column(json, "lagMaxMillis", points, i -> i.lag().max());
    column(json, "visibleP50Millis", points, i -> i.probes().visible().p50());
    column(json, "visibleP99Millis", points, i -> i.probes().visible().p99());
    column(json, "visibleMaxMillis", points, i -> i.probes().visible().max());
    column(json, "probesWaiting", points, i -> i.probes().waiting());
    column(json, "ownCpuPercent", points, i -> i.cores() * PERCENT);
    column(json, "ownGcPercent", points, i -> i.gcShare() * PERCENT);
    column(json, "ownHeapMebibytes", points, i -> i.own().heapBytes() / MIB);
    return json;
  }

  /** Three decimals are enough for a plot; null is no value. */
  private static void column(
      ObjectNode json, String name, List<Interval> points, ToDoubleFunction<Interval> value) {
    ArrayNode column = json.putArray(name);
    for (Interval point : points) {
      double figure = value.applyAsDouble(point);
      if (Double.isNaN(figure)) {
        column.addNull();
      } else {
        column.add(Math.round(figure * 1_000) / 1_000.0);
      }
    }
  }
}
