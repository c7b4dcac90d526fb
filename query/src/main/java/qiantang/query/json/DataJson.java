package qiantang.query.json;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import qiantang.query.access.Choice;
import qiantang.query.read.ReadIntervals;
import qiantang.query.read.ReadSeries;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;
import qiantang.store.model.Entry;
import qiantang.store.read.Completeness;
import qiantang.store.read.IntervalsAnswer;
import qiantang.store.read.LatestAnswer;
import qiantang.store.read.LatestOfDevices;
import qiantang.store.read.RejectionsAnswer;
import qiantang.store.read.Series;
import qiantang.store.read.SeriesAnswer;
import qiantang.store.registry.Units;
import qiantang.store.summary.Aggregate;
import qiantang.store.summary.Sample;

/** What devices sent, as JSON. */
public final class DataJson {
  private DataJson() {}

  /** Newest values. */
  public static JsonOut.Text latest(
      DeviceId device, LatestAnswer answer, Units.OfModel units, Choice.@Nullable Told told) {
    return out -> {
      out.object();
      latest(out, device, answer.byMetric(), units);
      completeness(out, answer.completeness());
      AccessJson.told(out, told);
      out.endObject();
    };
  }

  /**
   * Newest values of many devices.
   *
   * @param units of each
   * @param next cursor of the next page, null at the end
   */
  public static JsonOut.Text latest(
      LatestOfDevices answer,
      Function<DeviceId, Units.OfModel> units,
      @Nullable String next,
      Choice.@Nullable Told told) {
    return out -> {
      out.object().array("items");
      for (var device : answer.byDevice().entrySet()) {
        out.object();
        latest(out, device.getKey(), device.getValue(), units.apply(device.getKey()));
        out.endObject();
      }
      out.endArray();
      completeness(out, answer.completeness());
      AccessJson.told(out, told);
      out.text("next", next).endObject();
    };
  }

  private static void latest(
      JsonOut out, DeviceId device, Map<String, Series.Sample> byMetric, Units.OfModel units)
      throws IOException {
    out.text("device", device.text()).array("metrics");
    for (var entry : byMetric.entrySet()) {
      Series.Sample sample = entry.getValue();
      out.object()
          .text("metric", entry.getKey())
          .value("value", sample.value())
          .time("time", sample.eventTimeMicros())
          .time("arrival", sample.arrivalMicros());
      UnitsJson.unit(out, "unit", units.of(entry.getKey()));
      out.endObject();
    }
    out.endArray();
  }

  /**
   * Samples that are all read.
   *
   * @param next cursor of the next page, null at the end
   */
  public static JsonOut.Text series(
      ReadSeries.Wanted wanted,
      SeriesAnswer answer,
      Units.OfModel units,
      @Nullable String next,
      Choice.@Nullable Told told) {
    return out -> {
      begin(out.object(), "device", wanted.device().text(), wanted.fromMicros(), wanted.toMicros());
      samples(out, answer.series(), units);
      end(out, answer.completeness(), next, told);
    };
  }

  /**
   * Samples whose rest is read while the first ones are sent. The metric that is the first by name
   * among those stands before all others, which are in order of name.
   *
   * @param first as many of them as are read, one at least
   * @param readRest reads those behind them
   * @param next from where on there are more, as the cursor of the next page
   */
  public static JsonOut.Text series(
      ReadSeries.Wanted wanted,
      SeriesAnswer first,
      Supplier<SeriesAnswer> readRest,
      Units.OfModel units,
      Function<@Nullable Long, @Nullable String> next,
      Choice.@Nullable Told told) {
    return out -> {
      begin(out.object(), "device", wanted.device().text(), wanted.fromMicros(), wanted.toMicros());
      Series head = first.series().getFirst();
      beginSamples(out, head.metric(), units);
      times(out, head.samples());
      out.flush();
      SeriesAnswer rest = readRest.get();
      List<Series.Sample> tail =
          rest.series().stream()
              .filter(one -> one.metric().equals(head.metric()))
              .findFirst()
              .map(Series::samples)
              .orElse(List.of());
      times(out, tail);
      out.endArray().array("values");
      values(out, head.samples());
      values(out, tail);
      out.endArray().endObject();
      samples(
          out,
          Series.followed(
              without(head.metric(), first.series()), without(head.metric(), rest.series())),
          units);
      end(
          out,
          first.completeness().uncut().plus(rest.completeness()),
          next.apply(rest.nextFromMicros()),
          told);
    };
  }

  private static List<Series> without(String metric, List<Series> all) {
    return all.stream().filter(one -> !one.metric().equals(metric)).toList();
  }

  /** Aggregates of intervals, of a device or of all of an enterprise, or samples thinned. */
  public static JsonOut.Text intervals(
      EnterpriseId enterprise,
      ReadIntervals.Wanted wanted,
      IntervalsAnswer.Found answer,
      Units.OfModel units,
      Choice.@Nullable Told told) {
    return out -> {
      DeviceId device = wanted.device();
      begin(
          out.object(),
          device == null ? "enterprise" : "device",
          device == null ? enterprise.text() : device.text(),
          wanted.fromMicros(),
          wanted.toMicros());
      intervals(out, answer.series(), units);
      end(out, answer.completeness(), null, told);
    };
  }

  /** Series of samples, into an array that was begun. */
  static void samples(JsonOut out, List<Series> all, Units.OfModel units) throws IOException {
    for (Series series : all) {
      beginSamples(out, series.metric(), units);
      times(out, series.samples());
      out.endArray().array("values");
      values(out, series.samples());
      out.endArray().endObject();
    }
  }

  private static void beginSamples(JsonOut out, String metric, Units.OfModel units)
      throws IOException {
    out.object().text("metric", metric);
    UnitsJson.unit(out, "unit", units.of(metric));
    out.array("times");
  }

  private static void times(JsonOut out, List<Series.Sample> samples) throws IOException {
    for (Series.Sample sample : samples) {
      out.time(sample.eventTimeMicros());
    }
  }

  private static void values(JsonOut out, List<Series.Sample> samples) throws IOException {
    for (Series.Sample sample : samples) {
      out.value(sample.value());
    }
  }

  /** Series of aggregates or thinned samples, into an array that was begun. */
  static void intervals(JsonOut out, List<IntervalsAnswer.IntervalSeries> all, Units.OfModel units)
      throws IOException {
    for (IntervalsAnswer.IntervalSeries series : all) {
      out.object().text("metric", series.metric());
      if (series.aggregate() != null) {
        out.text("aggregate", series.aggregate().word());
      }
      if (series.aggregate() != Aggregate.COUNT) { // of degrees: how many there are is no degree
        UnitsJson.unit(out, "unit", units.of(series.metric()));
      }
      out.array("times");
      for (Sample sample : series.samples()) {
        out.time(sample.timeMicros());
      }
      out.endArray().array("values");
      for (Sample sample : series.samples()) {
        out.value(sample.value());
      }
      out.endArray().endObject();
    }
  }

  private static void begin(JsonOut out, String of, String id, long fromMicros, long toMicros)
      throws IOException {
    out.text(of, id).time("from", fromMicros).time("to", toMicros).array("series");
  }

  private static void end(
      JsonOut out, Completeness completeness, @Nullable String next, Choice.@Nullable Told told)
      throws IOException {
    out.endArray();
    completeness(out, completeness);
    AccessJson.told(out, told);
    out.text("next", next).endObject();
  }

  /**
   * Rejections.
   *
   * @param next cursor of the next page, null at the end
   */
  public static JsonOut.Text rejections(RejectionsAnswer answer, @Nullable String next) {
    return out -> {
      out.object().array("items");
      for (RejectionsAnswer.Item item : answer.items()) {
        rejection(out, item);
      }
      out.endArray();
      completeness(out, answer.completeness());
      out.text("next", next).endObject();
    };
  }

  /** One rejection. */
  public static void rejection(JsonOut out, RejectionsAnswer.Item item) throws IOException {
    Entry.Rejection rejection = item.rejection();
    Long eventTimeMicros = rejection.eventTimeMicros();
    @Nullable Long skewMillis =
        eventTimeMicros == null
            ? null
            : Long.valueOf((eventTimeMicros - rejection.arrivalMicros()) / 1000);
    out.object()
        .text("id", item.id())
        .time("time", rejection.arrivalMicros())
        .text("publisher", idOf(rejection.publisher()))
        .text("device", idOf(rejection.device()))
        .text("reason", rejection.reason().word())
        .text("detail", rejection.detail())
        .text("topic", rejection.topic())
        .number("count", rejection.count());
    PayloadJson.write(out, rejection.payload(), rejection.payloadBytes());
    out.time("eventTime", eventTimeMicros).number("skewMillis", skewMillis).endObject();
  }

  static void completeness(JsonOut out, Completeness completeness) throws IOException {
    long freshnessMicros = completeness.freshnessMicros();
    out.object("completeness")
        .flag("complete", completeness.complete())
        .text("truncatedBy", completeness.truncatedBy())
        .array("gaps");
    for (Completeness.Gap gap : completeness.gaps()) {
      out.object().time("from", gap.fromMicros()).time("to", gap.toMicros()).endObject();
    }
    out.endArray()
        .time("freshness", freshnessMicros == 0 ? null : Long.valueOf(freshnessMicros))
        .texts("sources", completeness.sources())
        .number("damagedFrames", completeness.damagedFrames())
        .endObject();
  }

  private static @Nullable String idOf(@Nullable DeviceId id) {
    return id == null ? null : id.text();
  }
}
