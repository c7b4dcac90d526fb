package qiantang.sim.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.DoubleStream;

/** The plots of a report, from the columns of result.json. One thread. */
final class ReportPlots {
  private final ObjectNode result;
  private final StringBuilder out;
  private final double[] at;
  private final Axis time;

  /** A line by the column it is drawn from. */
  private record Column(String label, String style, String name) {}

  ReportPlots(ObjectNode result, StringBuilder out) {
    this.result = result;
    this.out = out;
    this.at = column("series.atSeconds");
    this.time = Axis.exactly(Arrays.stream(at).max().orElse(0));
  }

  void all() {
    latencyOverTime();
    latencyByPercentile();
    if (result.has("visible")) {
      visibleOverTime();
    }
    throughput();
    connections();
    generator();
  }

  private void latencyOverTime() {
    List<Column> columns =
        List.of(
            new Column("max", "c4 thin", "series.ackMaxMillis"),
            new Column("p99", "c1", "series.ackP99Millis"),
            new Column("p50", "c2", "series.ackP50Millis"),
            new Column("p99 from sending", "c5 dashed", "series.ackFromSendP99Millis"));
    figure(
        "Latency over time",
        "From the planned time of a message to its acknowledgement: what waits in the simulator"
            + " because the system is slow counts. Dashed: from sending, as a tool that waits for"
            + " answers would tell it. Milliseconds, logarithmic; seconds of the run below.",
        "ms",
        columns,
        Axis.decades(all(columns)));
  }

  private void latencyByPercentile() {
    List<Column> columns =
        List.of(
            new Column("from the planned time", "c1", "ack.curve.millis"),
            new Column("from sending", "c5 dashed", "ackFromSend.curve.millis"));
    double nines = Math.log10(Math.max(10, result.path("ack").path("count").asDouble()));
    double[] x = nines(column("ack.curve.percent"), nines);
    List<Plot.Line> lines = new ArrayList<>();
    for (Column column : columns) {
      String percents = column.name().replace("millis", "percent");
      double[] own = nines(column(percents), nines);
      lines.add(
          new Plot.Line(column.label(), column.style(), resampled(own, column(column.name()), x)));
    }
    Plot plot =
        new Plot(
            x,
            Axis.percentiles(nines),
            Axis.decades(lines.stream().flatMapToDouble(line -> Arrays.stream(line.y()))),
            lines,
            List.of());
    begin("Latency by percentile");
    caption(
        "So many percent of all messages were acknowledged within so many milliseconds. Where the"
            + " two lines part, messages waited before they could be sent.");
    legend(columns);
    out.append(plot.svg("latency by percentile")).append("</figure>\n");
  }

  private void visibleOverTime() {
    List<Column> columns =
        List.of(
            new Column("max", "c4 thin", "series.visibleMaxMillis"),
            new Column("p99", "c1", "series.visibleP99Millis"),
            new Column("p50", "c2", "series.visibleP50Millis"));
    figure(
        "Until it is visible",
        "From the planned time of a message to the first answer of the query API that holds it, of"
            + " a share of the messages. Asked for every 20 ms, later every tenth of its age. What"
            + " was not seen within 60 s counts with 60 s. Milliseconds, logarithmic.",
        "ms",
        columns,
        Axis.decades(all(columns)));
  }

  private void throughput() {
    List<Column> columns =
        List.of(
            new Column("offered by the plan", "area c6", "series.offeredPerSecond"),
            new Column("sent", "c1 thick", "series.sentPerSecond"),
            new Column("acknowledged", "c2", "series.ackedPerSecond"),
            new Column("refused", "c4", "series.refusedPerSecond"));
    figure(
        "Throughput",
        "Messages a second. Offered and sent are one line as long as the generator and the system"
            + " keep up; what is sent late is still sent, and counted.",
        "/s",
        columns,
        Axis.fromZero(all(columns).max().orElse(0)));
  }

  private void connections() {
    List<Column> columns =
        List.of(
            new Column("logged in", "area c2", "series.connected"),
            new Column("in flight", "c1", "series.inFlight"),
            new Column("due and unsent", "c4", "series.backlog"));
    figure(
        "Connections and what waits",
        "Connections that are logged in; messages that wait for their acknowledgement, and that"
            + " wait to be sent.",
        "",
        columns,
        Axis.fromZero(all(columns).max().orElse(0)));
  }

  private void generator() {
    double limit = result.path("lagP99LimitMillis").asDouble();
    List<Column> lag =
        List.of(
            new Column("lag max", "c4 thin", "series.lagMaxMillis"),
            new Column("lag p99", "c1", "series.lagP99Millis"));
    figure(
        "The generator itself: schedule lag",
        "How late the simulator noticed that a message was due, in milliseconds, logarithmic."
            + " Above "
            + HtmlReport.millis(limit)
            + " at p99 a run says more of the generator than of the system.",
        "ms",
        lag,
        Axis.decades(DoubleStream.concat(all(lag), DoubleStream.of(limit))),
        limit);
    List<Column> cost =
        List.of(
            new Column("processor, % of one core", "area c3", "series.ownCpuPercent"),
            new Column("stopped by the collector, % of the time", "c4", "series.ownGcPercent"));
    figure(
        "The generator itself: cost",
        "Processor time of the simulator, where 100 % is one core, and how much of the time its"
            + " memory management stopped it.",
        "",
        cost,
        Axis.fromZero(all(cost).max().orElse(0)));
  }

  private void figure(
      String heading, String caption, String unit, List<Column> columns, Axis yAxis) {
    figure(heading, caption, unit, columns, yAxis, Double.NaN);
  }

  /** A limit that is not NaN is a line all across. */
  private void figure(
      String heading, String caption, String unit, List<Column> columns, Axis yAxis, double limit) {
    double[] across = new double[at.length];
    Arrays.fill(across, limit);
    List<Plot.Line> lines = new ArrayList<>(List.of(new Plot.Line("limit", "c6 dashed", across)));
    for (Column column : columns) {
      lines.add(new Plot.Line(column.label(), column.style(), column(column.name())));
    }
    begin(heading);
    caption(caption);
    legend(columns);
    out.append("<div class=\"plot\" data-unit=\"").append(unit).append("\" data-lines=\"");
    List<String> names = columns.stream().map(c -> c.label() + "=" + c.name()).toList();
    out.append(Html.escaped(String.join(";", names))).append("\">");
    out.append(new Plot(at, time, yAxis, lines, phases()).svg(heading));
    out.append("</div></figure>\n");
  }

  private void begin(String heading) {
    out.append("<figure><h2>").append(Html.escaped(heading)).append("</h2>");
  }

  private void caption(String text) {
    out.append("<figcaption>").append(Html.escaped(text)).append("</figcaption>");
  }

  private void legend(List<Column> columns) {
    out.append("<p class=\"legend\">");
    for (Column column : columns) {
      out.append("<span><i class=\"").append(column.style()).append("\"></i>");
      out.append(Html.escaped(column.label())).append("</span>");
    }
    out.append("</p>");
  }

  private List<Axis.Tick> phases() {
    List<Axis.Tick> marks = new ArrayList<>();
    for (JsonNode phase : result.path("phases")) {
      marks.add(new Axis.Tick(phase.path("fromSeconds").asDouble(), phase.path("name").asText()));
    }
    return marks;
  }

  private DoubleStream all(List<Column> columns) {
    return columns.stream()
        .flatMapToDouble(column -> Arrays.stream(column(column.name())))
        .filter(value -> !Double.isNaN(value));
  }

  /** A column by its path; NaN for null. */
  private double[] column(String path) {
    JsonNode node = result;
    for (String name : path.split("\\.", -1)) {
      node = node.path(name);
    }
    double[] values = new double[node.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = node.path(i).isNull() ? Double.NaN : node.path(i).asDouble();
    }
    return values;
  }

  /** 90 % is 1, 99 % is 2, 99.9 % is 3; 100 % is where one message of all would be. */
  private static double[] nines(double[] percents, double max) {
    return Arrays.stream(percents)
        .map(percent -> percent >= 100 ? max : Math.min(max, -Math.log10(1 - percent / 100)))
        .toArray();
  }

  /** The steps of one line at the places of another. */
  private static double[] resampled(double[] x, double[] y, double[] wanted) {
    double[] out = new double[wanted.length];
    int next = 0;
    for (int i = 0; i < wanted.length; i++) {
      while (next < x.length - 1 && x[next] < wanted[i]) {
        next++;
      }
      out[i] = y.length == 0 ? Double.NaN : y[next];
    }
    return out;
  }
}
