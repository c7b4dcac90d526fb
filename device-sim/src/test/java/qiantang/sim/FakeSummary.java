package qiantang.sim;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/** Aggregates of intervals as the contract says, by the slowest way there is. */
public final class FakeSummary {
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private FakeSummary() {}

  public static ArrayNode of(
      Map<String, ? extends NavigableMap<Long, JsonNode>> metrics, Map<String, String> query) {
    long from = Long.parseLong(query.getOrDefault("from", "")) * 1_000;
    long to = Long.parseLong(query.getOrDefault("to", "")) * 1_000;
    long interval = Long.parseLong(query.getOrDefault("interval", "").replace("ms", "")) * 1_000;
    ArrayNode series = NODES.arrayNode();
    metrics.forEach(
        (metric, samples) -> {
          Map<Long, List<JsonNode>> byInterval = new TreeMap<>();
          samples
              .subMap(from, to)
              .forEach(
                  (time, value) ->
                      byInterval
                          .computeIfAbsent(
                              Math.floorDiv(time, interval) * interval / 1_000,
                              t -> new ArrayList<>())
                          .add(value));
          for (String aggregate : query.getOrDefault("aggregate", "").split(",", -1)) {
            add(series, metric, aggregate, byInterval);
          }
        });
    return series;
  }

  private static void add(
      ArrayNode series, String metric, String aggregate, Map<Long, List<JsonNode>> byInterval) {
    ObjectNode one = NODES.objectNode().put("metric", metric).put("aggregate", aggregate);
    ArrayNode times = one.putArray("times");
    ArrayNode values = one.putArray("values");
    byInterval.forEach(
        (begin, samples) -> {
          JsonNode value = value(aggregate, samples);
          if (!value.isNull()) {
            times.add(begin);
            values.add(value);
          }
        });
    if (!times.isEmpty()) {
      series.add(one);
    }
  }

  private static JsonNode value(String aggregate, List<JsonNode> samples) {
    List<JsonNode> numbers =
        samples.stream()
            .filter(sample -> !sample.isTextual())
            .sorted(Comparator.comparingDouble(FakeSummary::number))
            .toList();
    if (aggregate.equals("count")) {
      return NODES.numberNode(samples.size());
    }
    if (numbers.isEmpty()) {
      return NODES.nullNode();
    }
    return switch (aggregate) {
      case "min" -> numbers.getFirst();
      case "max" -> numbers.getLast();
      case "sum" -> sum(numbers);
      default -> throw new IllegalArgumentException(aggregate);
    };
  }

  private static JsonNode sum(List<JsonNode> numbers) {
    BigDecimal sum = BigDecimal.ZERO;
    for (JsonNode number : numbers) {
      sum = sum.add(new BigDecimal(number(number)));
    }
    boolean real = numbers.stream().anyMatch(JsonNode::isDouble);
    return real ? NODES.numberNode(sum.doubleValue()) : NODES.numberNode(sum.longValueExact());
  }

  private static double number(JsonNode value) {
    return value.isBoolean() ? (value.booleanValue() ? 1 : 0) : value.doubleValue();
  }
}
