package qiantang.sim.audit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import qiantang.sim.FakeSummary;
import qiantang.sim.api.Sample;
import qiantang.sim.plan.FleetSpec;
import qiantang.sim.plan.MetricValue;
import qiantang.sim.plan.Plan;
import qiantang.sim.plan.PublisherPlan;
import qiantang.sim.plan.Scenario;
import qiantang.sim.plan.SignalModel;

/** What a right system answers about the second of three devices behind a gateway. */
final class PlannedAnswers {
  static final long START_MILLIS = 1_790_000_000_000L;
  private static final List<SignalModel> MODELS = List.of(SignalModel.values());
  static final int DEVICE = 1;
  static final long INTERVAL_MILLIS = 10_000;

  private PlannedAnswers() {}

  static PublisherPlan plan(long seed, Duration period, Duration duration) {
    FleetSpec fleet =
        FleetSpec.direct("halls", 1, MODELS.get((int) (seed % MODELS.size())), period)
            .withSubDevices(3)
            .withJitter(0.1);
    Scenario scenario =
        new Scenario(seed, duration, 10, Duration.ofSeconds(1), List.of(fleet), List.of());
    return Plan.of(scenario, "r1").publishers().getFirst();
  }

  static String device(PublisherPlan plan) {
    return plan.devices().get(DEVICE).id();
  }

  static List<String> metrics(PublisherPlan plan) {
    return plan.devices().get(DEVICE).metrics();
  }

  static long eventTimeMicros(PublisherPlan plan, long n) {
    return plan.eventTimeMillis(n, START_MILLIS) * 1_000;
  }

  /** All samples of one message. */
  static List<Sample> samples(PublisherPlan plan, long n) {
    List<Sample> samples = new ArrayList<>();
    List<MetricValue> values = plan.values(DEVICE, n);
    for (int m = 0; m < values.size(); m++) {
      String metric = metrics(plan).get(m);
      samples.add(new Sample(metric, eventTimeMicros(plan, n), json(values.get(m))));
    }
    return samples;
  }

  /** The aggregates of samples, as they are answered. */
  static ObjectNode summary(List<Sample> samples) {
    Map<String, TreeMap<Long, JsonNode>> series = new LinkedHashMap<>();
    for (Sample sample : samples) {
      series
          .computeIfAbsent(sample.metric(), m -> new TreeMap<>())
          .put(sample.eventTimeMicros(), sample.value());
    }
    Map<String, String> query =
        Map.of(
            "from",
            "0",
            "to",
            "" + 2 * START_MILLIS,
            "interval",
            INTERVAL_MILLIS + "ms",
            "aggregate",
            "count,min,max,sum");
    ObjectNode answer = JsonNodeFactory.instance.objectNode();
    answer.set("series", FakeSummary.of(series, query));
    return answer;
  }

  static JsonNode json(MetricValue value) {
    JsonNodeFactory nodes = JsonNodeFactory.instance;
    return switch (value) {
      case MetricValue.Decimal d -> nodes.numberNode(d.value());
      case MetricValue.Whole w -> nodes.numberNode(w.value());
      case MetricValue.Flag f -> nodes.booleanNode(f.value());
      case MetricValue.Text t -> nodes.textNode(t.value());
    };
  }

  /** Another value of the same type, as near as there is. */
  static JsonNode changed(JsonNode value) {
    JsonNodeFactory nodes = JsonNodeFactory.instance;
    if (value.isBoolean()) {
      return nodes.booleanNode(!value.booleanValue());
    }
    if (value.isTextual()) {
      return nodes.textNode(value.textValue() + "x");
    }
    return value.isIntegralNumber()
        ? nodes.numberNode(value.longValue() + 1)
        : nodes.numberNode(Math.nextUp(value.doubleValue()));
  }
}
