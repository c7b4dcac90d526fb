package qiantang.bench;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import qiantang.store.model.EnterpriseId;
import qiantang.store.model.Value;

/**
 * What is asked about a fleet, and whether an answer is right: all of it is reckoned again by
 * whoever made the fleet's samples.
 */
final class FleetQuestions {
  /** The most that the API takes. */
  private static final int SAMPLES_MAX = 1_000_000;

  private static final int DEVICES_MAX = 1000;
  private static final int POINTS = 1000;

  /** Of a series whose first byte is waited for. */
  private static final int LONG_SAMPLES = 100_000;

  private final MachineFleet fleet;
  private final String path;
  private final Random random;

  /** A question of one kind. */
  interface Question {
    /** Path and query of the first request. */
    String path();

    /** What is posted; null where it is a GET. */
    default @Nullable JsonObject body() {
      return null;
    }

    /**
     * Fails where the answer is wrong.
     *
     * @param pages bodies of all requests that it took
     */
    void check(List<JsonObject> pages);
  }

  /** A question about a fleet whose answer is one series. */
  private record OfSeries(String path, SeriesCheck check) implements Question {
    @Override
    public void check(List<JsonObject> pages) {
      Points points = new Points(pages);
      require(points.complete, "the answer is not complete");
      check.check(points);
    }
  }

  @FunctionalInterface
  private interface SeriesCheck {
    void check(Points points);
  }

  /** Times and values of a series that came in pages. */
  private static final class Points {
    long[] timesMillis = {};
    Object[] values = {};
    boolean complete = true;

    Points(List<JsonObject> pages) {
      for (int page = 0; page < pages.size(); page++) {
        JsonArray series = pages.get(page).getJsonArray("series");
        require(series.size() == 1, "there are %d series".formatted(series.size()));
        JsonArray times = series.getJsonObject(0).getJsonArray("times");
        JsonArray got = series.getJsonObject(0).getJsonArray("values");
        require(times.size() == got.size(), "times and values differ in number");
        int before = values.length;
        timesMillis = Arrays.copyOf(timesMillis, before + times.size());
        values = Arrays.copyOf(values, before + times.size());
        for (int i = 0; i < times.size(); i++) {
          timesMillis[before + i] = times.getLong(i);
          values[before + i] = got.getValue(i);
        }
        JsonObject completeness = pages.get(page).getJsonObject("completeness");
        boolean isLast = page == pages.size() - 1;
        // A page that is not the last says that it is cut.
        complete &= !isLast || completeness.getBoolean("complete");
        complete &= completeness.getJsonArray("gaps").isEmpty();
        complete &= completeness.getInteger("damagedFrames") == 0;
      }
    }
  }

  FleetQuestions(MachineFleet fleet, EnterpriseId enterprise, long seed) {
    this.fleet = fleet;
    path = "/v1/enterprises/" + enterprise;
    random = new Random(seed);
  }

  /** An hour of one metric of one device. */
  Question hour() {
    int hour = random.nextInt(fleet.days() * 24);
    int from = hour * MachineFleet.SAMPLES_PER_HOUR;
    return samples(from, from + MachineFleet.SAMPLES_PER_HOUR, "");
  }

  /** All of it. */
  Question raw() {
    return samples(0, fleet.samplesEach(), "&limit=" + SAMPLES_MAX);
  }

  /** A hundred thousand samples of one metric of one device. */
  Question longSeries() {
    int samples = Math.min(LONG_SAMPLES, fleet.samplesEach());
    int from = random.nextInt(fleet.samplesEach() - samples + 1);
    return samples(from, from + samples, "&limit=" + SAMPLES_MAX);
  }

  private Question samples(int from, int to, String query) {
    int device = random.nextInt(fleet.devices());
    int metric = random.nextInt(MachineFleet.METRICS);
    return new OfSeries(
        seriesPath(device, metric, from, to) + query,
        points -> {
          require(
              points.values.length == to - from,
              "%d samples instead of %d".formatted(points.values.length, to - from));
          for (int i = 0; i < points.values.length; i++) {
            requireSample(device, metric, from + i, points.timesMillis[i], points.values[i]);
          }
        });
  }

  /** All of one metric of one device, thinned for a chart. */
  Question month() {
    int device = random.nextInt(fleet.devices());
    int metric = random.nextInt(MachineFleet.METRICS);
    return new OfSeries(
        seriesPath(device, metric, 0, fleet.samplesEach()) + "&points=" + POINTS,
        points -> checkThinned(device, metric, points));
  }

  private String seriesPath(int device, int metric, int from, int to) {
    return "%s/devices/%s/series?metrics=%s&from=%d&to=%d"
        .formatted(
            path,
            MachineFleet.device(device),
            MachineFleet.metric(metric),
            beginMillis() + from * (long) MachineFleet.PERIOD_MILLIS,
            beginMillis() + to * (long) MachineFleet.PERIOD_MILLIS);
  }

  private long beginMillis() {
    return fleet.beginMinute() * 60_000;
  }

  /** Of each column of the chart the first, the last, the smallest and the largest sample. */
  private void checkThinned(int device, int metric, Points points) {
    long columnMicros =
        fleet.samplesEach() * (long) MachineFleet.PERIOD_MILLIS * 1000 / POINTS; // no rest
    require(points.values.length <= 4 * POINTS, "more than 4 samples a column");
    int next = 0;
    int sample = 0;
    for (int column = 0; column < POINTS; column++) {
      long endMicros = (column + 1) * columnMicros;
      double least = Double.POSITIVE_INFINITY;
      double most = Double.NEGATIVE_INFINITY;
      int first = sample;
      while (sample < fleet.samplesEach() && sinceMicros(device, sample) < endMicros) {
        double number = number(MachineFleet.value(device, metric, sample++));
        least = Math.min(least, number);
        most = Math.max(most, number);
      }
      if (sample == first) {
        continue; // fewer samples than columns
      }
      int from = next;
      double leastFound = Double.POSITIVE_INFINITY;
      double mostFound = Double.NEGATIVE_INFINITY;
      while (next < points.values.length
          && (points.timesMillis[next] - beginMillis()) * 1000 < endMicros) {
        int number = sampleAt(device, points.timesMillis[next]);
        requireSample(device, metric, number, points.timesMillis[next], points.values[next]);
        leastFound = Math.min(leastFound, number(points.values[next]));
        mostFound = Math.max(mostFound, number(points.values[next]));
        next++;
      }
      require(
          next > from
              && sampleAt(device, points.timesMillis[from]) == first
              && sampleAt(device, points.timesMillis[next - 1]) == sample - 1
              && leastFound == least
              && mostFound == most,
          "column %d of the chart is wrong".formatted(column));
    }
    require(next == points.values.length, "there are samples behind the end");
  }

  private long sinceMicros(int device, int sample) {
    return (fleet.timeMillis(device, sample) - beginMillis()) * 1000;
  }

  private int sampleAt(int device, long timeMillis) {
    return (int) ((timeMillis - fleet.timeMillis(device, 0)) / MachineFleet.PERIOD_MILLIS);
  }

  /** The newest value of each metric of one device. */
  Question latestOfOne() {
    int device = random.nextInt(fleet.devices());
    String of = "%s/devices/%s/latest".formatted(path, MachineFleet.device(device));
    return new Question() {
      @Override
      public String path() {
        return of;
      }

      @Override
      public void check(List<JsonObject> pages) {
        JsonObject answer = pages.getFirst();
        require(answer.getJsonObject("completeness").getBoolean("complete"), "not complete");
        checkLatest(device, answer);
      }
    };
  }

  /** The newest value of each metric of all devices. */
  Question latest() {
    String first = path + "/latest?limit=" + Math.min(fleet.devices(), DEVICES_MAX);
    return new Question() {
      @Override
      public String path() {
        return first;
      }

      @Override
      public void check(List<JsonObject> pages) {
        int device = 0;
        for (JsonObject page : pages) {
          for (Object item : page.getJsonArray("items")) {
            checkLatest(device++, (JsonObject) item);
          }
          boolean isLast = page.getString("next") == null;
          require(
              !isLast || page.getJsonObject("completeness").getBoolean("complete"), "not complete");
        }
        require(device == fleet.devices(), "%d devices are told of".formatted(device));
      }
    };
  }

  private void checkLatest(int device, JsonObject item) {
    String id = MachineFleet.device(device).text();
    require(item.getString("device").equals(id), id + " is missing");
    JsonArray metrics = item.getJsonArray("metrics");
    require(metrics.size() == MachineFleet.METRICS, "metrics of " + id + " are missing");
    for (int metric = 0; metric < MachineFleet.METRICS; metric++) {
      JsonObject one = metrics.getJsonObject(metric);
      require(one.getString("metric").equals(MachineFleet.metric(metric)), "a metric is missing");
      requireSample(
          device, metric, fleet.samplesEach() - 1, one.getLong("time"), one.getValue("value"));
    }
  }

  /** The same of devices that are named. */
  Question batch() {
    JsonArray devices = new JsonArray();
    for (int device = 0; device < Math.min(fleet.devices(), DEVICES_MAX); device++) {
      devices.add(MachineFleet.device(device).text());
    }
    return new Posted(
        path + "/latest:batch",
        new JsonObject().put("devices", devices),
        answer -> {
          for (int device = 0; device < devices.size(); device++) {
            checkLatest(device, answer.getJsonArray("items").getJsonObject(device));
          }
        });
  }

  /** The energy that all devices took on a day, hour by hour, in one set or each in its own. */
  Question day(boolean byDevice) {
    int day = random.nextInt(fleet.days());
    JsonObject body =
        new JsonObject()
            .put("metric", MachineFleet.metric(MachineFleet.ENERGY))
            .put("of", "delta")
            .put("from", beginMillis() + day * 86_400_000L)
            .put("to", beginMillis() + (day + 1) * 86_400_000L)
            .put("interval", "1h");
    return new Posted(
        path + "/aggregate:query",
        byDevice ? body.put("by", "device") : body,
        answer -> {
          double[] hours = new double[24];
          JsonArray sets = answer.getJsonArray("items");
          require(sets.size() == (byDevice ? fleet.devices() : 1), sets.size() + " sets");
          for (Object set : sets) {
            JsonObject series = ((JsonObject) set).getJsonArray("series").getJsonObject(0);
            require(series.getJsonArray("values").size() == 24, "not 24 hours");
            for (int hour = 0; hour < 24; hour++) {
              hours[hour] += number(series.getJsonArray("values").getValue(hour));
            }
          }
          for (int hour = 0; hour < 24; hour++) {
            long hundredths = energyHundredths(day * 24 + hour);
            require(Math.abs(hours[hour] * 100 - hundredths) < 1e-3, "hour " + hour + " is wrong");
          }
        });
  }

  /** A question that is posted, whose answer has one page. */
  private record Posted(String path, JsonObject body, Consumer<JsonObject> check)
      implements Question {
    @Override
    public void check(List<JsonObject> pages) {
      JsonObject answer = pages.getFirst();
      require(answer.getJsonObject("completeness").getBoolean("complete"), "not complete");
      check.accept(answer);
    }
  }

  /** The energy that all devices took, hour by hour. */
  Question aggregate() {
    return new OfSeries(
        "%s/series?metrics=%s&from=%d&to=%d&interval=1h&aggregate=delta"
            .formatted(
                path,
                MachineFleet.metric(MachineFleet.ENERGY),
                beginMillis(),
                fleet.endMinute() * 60_000),
        points -> {
          int hours = fleet.days() * 24;
          require(points.values.length == hours, points.values.length + " hours");
          for (int hour = 0; hour < hours; hour++) {
            long hundredths = energyHundredths(hour);
            double found = number(points.values[hour]);
            require(
                points.timesMillis[hour] == beginMillis() + hour * 3_600_000L
                    && Math.abs(found * 100 - hundredths) < 1e-4,
                "energy of hour %d is %s instead of %d / 100".formatted(hour, found, hundredths));
          }
        });
  }

  /** From the first to the last sample of an hour, of all devices together. */
  private long energyHundredths(int hour) {
    int first = hour * MachineFleet.SAMPLES_PER_HOUR;
    int last = first + MachineFleet.SAMPLES_PER_HOUR - 1;
    long sum = 0;
    for (int device = 0; device < fleet.devices(); device++) {
      sum +=
          MachineFleet.energyHundredths(device, last)
              - MachineFleet.energyHundredths(device, first);
    }
    return sum;
  }

  private void requireSample(int device, int metric, int sample, long timeMillis, Object value) {
    Value expected = MachineFleet.value(device, metric, sample);
    boolean isSame =
        switch (expected) {
          case Value.Bool(boolean bool) -> value.equals(bool);
          case Value.Int(long integer) ->
              value instanceof Number number && number.longValue() == integer;
          case Value.Real(double real) ->
              value instanceof Number number && number.doubleValue() == real;
          case Value.Text _, Value.Json _ -> false;
        };
    require(
        isSame && timeMillis == fleet.timeMillis(device, sample),
        "%s %s: sample %d is %s at %d instead of %s at %d"
            .formatted(
                MachineFleet.device(device),
                MachineFleet.metric(metric),
                sample,
                value,
                timeMillis,
                expected,
                fleet.timeMillis(device, sample)));
  }

  private static double number(Object value) {
    return switch (value) {
      case Number number -> number.doubleValue();
      case Boolean bool -> bool ? 1 : 0;
      case Value.Bool(boolean bool) -> bool ? 1 : 0;
      case Value.Int(long integer) -> integer;
      case Value.Real(double real) -> real;
      default -> Double.NaN;
    };
  }

  private static void require(boolean condition, String otherwise) {
    if (!condition) {
      throw new WrongAnswerException(otherwise);
    }
  }

  /** An answer was not what the fleet sent. */
  static final class WrongAnswerException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private WrongAnswerException(String message) {
      super(message);
    }
  }
}
