package qiantang.sim.capacity;

import static java.lang.String.format;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Locale;
import java.util.Map;
import qiantang.sim.outcome.Count;

/** A plan for a person and for programs. Pure. */
final class PlanText {
  private static final double SECONDS_PER_DAY = 86_400;

  private final Demand demand;
  private final NodeShape node;
  private final Map<UnitFigure, Double> own;
  private final HardwarePlan plan;

  PlanText(Demand demand, NodeShape node, Map<UnitFigure, Double> own, HardwarePlan plan) {
    this.demand = demand;
    this.node = node;
    this.own = own;
    this.plan = plan;
  }

  String table() {
    StringBuilder out = new StringBuilder();
    question(out);
    out.append('\n');
    for (HardwarePlan.Step step : plan.steps()) {
      String with = Quantity.text(step.value(), step.unit());
      line(out, format(Locale.ROOT, "%-28s %16s  = %s", step.name(), with, step.formula()));
    }
    out.append("\nfigures, to be replaced by --figure NAME=N\n");
    for (UnitFigure figure : UnitFigure.values()) {
      String value = Quantity.text(figure(figure), figure.unit());
      String source = own.containsKey(figure) ? "given here" : figure.source();
      line(out, format(Locale.ROOT, "%-32s %14s  %s", figure.label(), value, source));
    }
    out.append('\n');
    answer(out);
    return out.toString();
  }

  private void question(StringBuilder out) {
    line(
        out,
        format(
            Locale.ROOT,
            "%s of %s, %s each every %s s, %s a connection, kept %s",
            Count.of(Quantity.text(demand.devices()), "device"),
            Count.of(Quantity.text(demand.enterprises()), "enterprise"),
            Count.of(Quantity.text(demand.metrics()), "sample"),
            Quantity.text(demand.periodSeconds()),
            Quantity.text(demand.devicesPerConnection()),
            Count.of(Quantity.text(demand.retentionDays()), "day")));
    line(
        out,
        format(
            Locale.ROOT,
            "%s; nodes of %s, %sB of memory, %sB of disk; %.0f %% of cores and memory"
                + " planned, %.0f %% of the disk free, %d spare of each kind",
            demand.replication() == 1 ? "1 copy" : demand.replication() + " copies",
            Count.of(Quantity.text(node.cores()), "core"),
            Quantity.text(node.memoryBytes()),
            Quantity.text(node.diskBytes()),
            100 * node.load(),
            100 * node.diskFree(),
            node.spares()));
  }

  private void answer(StringBuilder out) {
    for (HardwarePlan.Pool pool : plan.pools()) {
      line(
          out,
          format(
              Locale.ROOT,
              "%-10s %s, decided by %s",
              pool.name(),
              Count.of("%6d".formatted(pool.nodes()), "node"),
              pool.decidedBy()));
    }
    line(
        out,
        format(
            Locale.ROOT,
            "%-10s %s, %s; most of them %s, for %s",
            "all",
            Count.of("%6d".formatted(nodes()), "node"),
            Count.of(Quantity.text(nodes() * node.cores()), "core"),
            plan.largest().name(),
            plan.largest().decidedBy()));
  }

  private double figure(UnitFigure figure) {
    return own.getOrDefault(figure, figure.value());
  }

  private long nodes() {
    return plan.pools().stream().mapToLong(HardwarePlan.Pool::nodes).sum();
  }

  ObjectNode json() {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    ObjectNode asked = json.putObject("demand");
    asked.put("devices", demand.devices()).put("enterprises", demand.enterprises());
    asked.put("periodSeconds", demand.periodSeconds()).put("metrics", demand.metrics());
    asked.put("devicesPerConnection", demand.devicesPerConnection());
    asked.put("retentionSeconds", demand.retentionDays() * SECONDS_PER_DAY);
    asked.put("replication", demand.replication());
    asked.put("questionsPerMinute", demand.questionsPerMinute());
    ObjectNode shape = json.putObject("node");
    shape.put("cores", node.cores()).put("memoryBytes", node.memoryBytes());
    shape.put("diskBytes", node.diskBytes()).put("load", node.load());
    shape.put("diskFree", node.diskFree()).put("spares", node.spares());
    ArrayNode figures = json.putArray("figures");
    for (UnitFigure figure : UnitFigure.values()) {
      ObjectNode one = figures.addObject().put("name", figure.label());
      one.put("value", figure(figure)).put("unit", figure.unit());
      one.put("source", own.containsKey(figure) ? "given" : figure.source());
    }
    ArrayNode steps = json.putArray("steps");
    for (HardwarePlan.Step step : plan.steps()) {
      ObjectNode one = steps.addObject().put("name", step.name()).put("value", step.value());
      one.put("unit", step.unit()).put("formula", step.formula());
    }
    ArrayNode pools = json.putArray("pools");
    for (HardwarePlan.Pool pool : plan.pools()) {
      ObjectNode one = pools.addObject().put("name", pool.name()).put("nodes", pool.nodes());
      one.put("decidedBy", pool.decidedBy());
    }
    return json.put("nodes", nodes());
  }

  private static void line(StringBuilder out, String text) {
    out.append(text).append('\n');
  }
}
