package qiantang.sim.audit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.math.BigDecimal;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import qiantang.sim.api.Aggregates;
import qiantang.sim.plan.MetricValue;

/**
 * What the aggregates of a device must be by its plan: count, min, max and sum of the samples that
 * raw series show, by interval. Sums are exact and rounded once, as the API promises. Where samples
 * are missing that may yet be stored, a count between and a min and max no narrower are right too.
 * One thread.
 */
final class ExpectedSummary {
  /** A device with seven metrics: 1 MiB, and well below the 11,000 that an answer may have. */
  static final int INTERVALS_MAX = 2_000;

  /** Of a run's own time; what happened before it comes in further intervals. */
  private static final long INTERVALS_OF_RUN_MAX = 200;

  /** They divide a day, so that they begin alike in every calendar. In milliseconds. */
  private static final long[] INTERVALS = {
    10_000, 60_000, 300_000, 900_000, 3_600_000, 21_600_000, 86_400_000
  };

  private static final int WORDS_PER_CELL = 32;

  private final List<String> metrics;
  private final long intervalMillis;
  private final Map<Long, Cell[]> cells = new TreeMap<>();
  private boolean overflow;

  /** Hears of a difference: of which metric, in the interval that begins then, and what it is. */
  interface Difference {
    void found(String metric, long eventTimeMicros, String detail);
  }

  ExpectedSummary(List<String> metrics, long intervalMillis) {
    this.metrics = metrics;
    this.intervalMillis = intervalMillis;
  }

  /** The interval that suits a run of such a length. */
  static long intervalMillis(long runMillis) {
    for (long interval : INTERVALS) {
      if (runMillis / interval <= INTERVALS_OF_RUN_MAX) {
        return interval;
      }
    }
    return INTERVALS[INTERVALS.length - 1];
  }

  long intervalMillis() {
    return intervalMillis;
  }

  /** A sample that raw series show, with the value that was sent. */
  void visible(int metric, long eventTimeMicros, MetricValue value) {
    Cell cell = cell(metric, eventTimeMicros);
    if (cell != null) {
      cell.add(value);
    }
  }

  /** A sample that may be stored, though raw series did not show it. */
  void maybe(int metric, long eventTimeMicros) {
    Cell cell = cell(metric, eventTimeMicros);
    if (cell != null) {
      cell.maybe++;
    }
  }

  int words() {
    return cells.size() * metrics.size() * WORDS_PER_CELL;
  }

  /** Whether there were more intervals than are kept, so that nothing can be compared. */
  boolean overflowed() {
    return overflow;
  }

  void compare(List<Aggregates> answer, Difference difference) {
    if (intervalMillis == 0 || overflow) {
      return;
    }
    Map<String, Map<Long, JsonNode>> read = new HashMap<>();
    for (Aggregates aggregates : answer) {
      read.put(key(aggregates.metric(), aggregates.aggregate()), aggregates.values());
      unexpected(aggregates, difference);
    }
    cells.forEach(
        (begin, row) -> {
          for (int metric = 0; metric < row.length; metric++) {
            String name = metrics.get(metric);
            String detail = row[metric].difference(name, begin, read);
            if (detail != null) {
              String interval = " of the %d s from there".formatted(intervalMillis / 1_000);
              difference.found(name, begin * 1_000, detail + interval);
            }
          }
        });
  }

  private void unexpected(Aggregates aggregates, Difference difference) {
    boolean known = metrics.contains(aggregates.metric());
    aggregates
        .values()
        .forEach(
            (begin, value) -> {
              if (!known || !cells.containsKey(begin)) {
                String what = aggregates.aggregate() + " is " + value + ", nothing was sent";
                difference.found(aggregates.metric(), begin * 1_000, what);
              }
            });
  }

  private @Nullable Cell cell(int metric, long eventTimeMicros) {
    if (intervalMillis == 0) {
      return null;
    }
    long begin = Math.floorDiv(eventTimeMicros, intervalMillis * 1_000) * intervalMillis;
    Cell[] row = cells.get(begin);
    if (row == null) {
      if (cells.size() == INTERVALS_MAX) {
        overflow = true;
        return null;
      }
      row = new Cell[metrics.size()];
      for (int i = 0; i < row.length; i++) {
        row[i] = new Cell();
      }
      cells.put(begin, row);
    }
    return row[metric];
  }

  private static String key(String metric, String aggregate) {
    return aggregate + "\n" + metric;
  }

  /** One metric in one interval. */
  private static final class Cell {
    private long count;
    private long maybe;
    private boolean decimal;
    private @Nullable MetricValue min;
    private @Nullable MetricValue max;
    private BigDecimal sum = BigDecimal.ZERO;

    void add(MetricValue value) {
      count++;
      decimal |= value instanceof MetricValue.Decimal;
      BigDecimal number =
          switch (value) {
            case MetricValue.Decimal d -> new BigDecimal(d.value());
            case MetricValue.Whole w -> BigDecimal.valueOf(w.value());
            case MetricValue.Flag f -> f.value() ? BigDecimal.ONE : BigDecimal.ZERO;
            case MetricValue.Text _ -> null;
          };
      if (number != null) {
        sum = sum.add(number);
        min = min == null || compare(value, min) < 0 ? value : min;
        max = max == null || compare(value, max) > 0 ? value : max;
      }
    }

    /** Null if the answer is right, else the first thing that is not. */
    @Nullable String difference(String metric, long begin, Map<String, Map<Long, JsonNode>> read) {
      JsonNode counted = value(read, metric, "count", begin);
      long visible = counted.asLong(0);
      if (visible < count || visible > count + maybe || (count > 0 && !counted.isNumber())) {
        String more = maybe == 0 ? "" : " to " + (count + maybe);
        return "count is " + text(counted) + " instead of " + count + more;
      }
      MetricValue low = min;
      MetricValue high = max;
      if (visible > count || low == null || high == null) {
        return null; // what else is in it nobody knows, or there is no number
      }
      JsonNode lowest = value(read, metric, "min", begin);
      if (!SampleValues.equal(low, lowest)) {
        return "min is " + text(lowest) + " instead of " + text(low);
      }
      JsonNode highest = value(read, metric, "max", begin);
      if (!SampleValues.equal(high, highest)) {
        return "max is " + text(highest) + " instead of " + text(high);
      }
      JsonNode added = value(read, metric, "sum", begin);
      boolean equal =
          decimal
              ? SampleValues.sameBits(sum.doubleValue(), added)
              : SampleValues.sameWhole(sum.toBigInteger(), added);
      String right = decimal ? "" + sum.doubleValue() : sum.toString();
      return equal ? null : "sum is " + text(added) + " instead of " + right;
    }

    private static JsonNode value(
        Map<String, Map<Long, JsonNode>> read, String metric, String aggregate, long begin) {
      Map<Long, JsonNode> values = read.getOrDefault(key(metric, aggregate), Map.of());
      return values.getOrDefault(begin, MissingNode.getInstance());
    }

    private static int compare(MetricValue one, MetricValue other) {
      return switch (one) {
        case MetricValue.Decimal d ->
            other instanceof MetricValue.Decimal(double value)
                ? Double.compare(d.value(), value)
                : 0;
        case MetricValue.Whole w ->
            other instanceof MetricValue.Whole(long value) ? Long.compare(w.value(), value) : 0;
        case MetricValue.Flag f ->
            other instanceof MetricValue.Flag(boolean value)
                ? Boolean.compare(f.value(), value)
                : 0;
        case MetricValue.Text _ -> 0;
      };
    }

    private static String text(JsonNode node) {
      return node.isMissingNode() ? "not there" : node.toString();
    }

    private static String text(MetricValue value) {
      StringBuilder json = new StringBuilder();
      value.appendTo(json);
      return json.toString();
    }
  }
}
