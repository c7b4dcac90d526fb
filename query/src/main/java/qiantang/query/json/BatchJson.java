package qiantang.query.json;

import java.io.IOException;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import qiantang.query.access.Choice;
import qiantang.query.read.ReadLatestOfSome;
import qiantang.query.read.ReadLatestOfSome.Item;
import qiantang.query.read.ReadSets;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;
import qiantang.store.read.Completeness;
import qiantang.store.read.IntervalsAnswer.IntervalSeries;
import qiantang.store.read.Series;
import qiantang.store.registry.Units;
import qiantang.store.summary.Aggregate;
import qiantang.store.summary.Sample;

/** Answers about many devices, as JSON. */
public final class BatchJson {
  private static final double MICROS_PER_SECOND = 1e6;

  private BatchJson() {}

  /** What is told of a device that was named: its values, or why not. */
  public sealed interface Told {
    /** Its newest values. */
    record Values(Item.Values values) implements Told {}

    /** Why there are none. */
    record Failed(String device, ItemProblem problem) implements Told {}
  }

  /**
   * Newest values of some devices, in the order in which they were named.
   *
   * @param units of each
   */
  public static JsonOut.Text latest(
      List<Told> items,
      ReadLatestOfSome.Result.Found found,
      Function<DeviceId, Units.OfModel> units,
      long nowMicros) {
    return out -> {
      Completeness completeness = found.completeness();
      out.object().array("items");
      for (Told item : items) {
        switch (item) {
          case Told.Failed(String device, ItemProblem problem) -> {
            problem(out, device, problem);
            completeness = completeness.lacking();
          }
          case Told.Values(Item.Values values) -> {
            out.object().text("device", values.device().text());
            values(out, values, units.apply(values.device()), nowMicros);
            out.endObject();
          }
        }
      }
      out.endArray();
      DataJson.completeness(out, completeness);
      AccessJson.told(out, found.told());
      out.endObject();
    };
  }

  private static void values(JsonOut out, Item.Values item, Units.OfModel units, long nowMicros)
      throws IOException {
    long freshness = 0;
    out.array("metrics");
    for (var entry : item.values().entrySet()) {
      Series.Sample sample = entry.getValue();
      freshness = Math.max(freshness, sample.arrivalMicros());
      out.object()
          .text("metric", entry.getKey())
          .value("value", sample.value())
          .time("time", sample.eventTimeMicros())
          .time("arrival", sample.arrivalMicros())
          .decimal("ageSeconds", (nowMicros - sample.eventTimeMicros()) / MICROS_PER_SECOND);
      UnitsJson.unit(out, "unit", units.of(entry.getKey()));
      out.endObject();
    }
    out.endArray()
        .time("freshness", freshness == 0 ? null : Long.valueOf(freshness))
        .texts("tooOld", item.tooOld());
  }

  /** Begins an answer of series of many devices. */
  public static void beginSeries(JsonOut out, long fromMicros, long toMicros) throws IOException {
    out.object().time("from", fromMicros).time("to", toMicros).array("items");
  }

  /** All samples of one device. */
  public static void samples(
      JsonOut out,
      String device,
      List<Series> series,
      Units.OfModel units,
      Completeness completeness)
      throws IOException {
    out.object().text("device", device).array("series");
    DataJson.samples(out, series, units);
    out.endArray();
    DataJson.completeness(out, completeness);
    out.endObject();
  }

  /** Aggregates or thinned samples of one device. */
  public static void intervals(
      JsonOut out,
      String device,
      List<IntervalSeries> series,
      Units.OfModel units,
      Completeness completeness)
      throws IOException {
    out.object().text("device", device).array("series");
    DataJson.intervals(out, series, units);
    out.endArray();
    DataJson.completeness(out, completeness);
    out.endObject();
  }

  /** Why a device is not told of. */
  public static void problem(JsonOut out, String device, ItemProblem problem) throws IOException {
    out.object().text("device", device);
    problem.write(out);
    out.endObject();
  }

  /** Ends it. */
  public static void endSeries(
      JsonOut out, Completeness completeness, Choice.@Nullable Told told, @Nullable String next)
      throws IOException {
    out.endArray();
    DataJson.completeness(out, completeness);
    AccessJson.told(out, told);
    out.text("next", next).endObject();
  }

  /** Aggregates over sets of devices. */
  public static JsonOut.Text sets(
      EnterpriseId enterprise, ReadSets.Wanted wanted, ReadSets.Result.Found found) {
    return out -> {
      out.object()
          .text("enterprise", enterprise.text())
          .text("metric", wanted.metric())
          .text("of", wanted.told().word())
          .time("from", found.fromMicros())
          .time("to", found.toMicros())
          .number("devices", found.devices())
          .number("counted", found.counted())
          .number("sets", found.setCount())
          .array("items");
      for (ReadSets.OfSet set : found.sets()) {
        out.object()
            .text("level", wanted.by() == null ? "enterprise" : wanted.by().word())
            .text("id", wanted.by() == null ? enterprise.text() : set.key().id())
            .text("factory", set.key().factory())
            .number("devices", set.devices())
            .number("counted", set.counted());
        if (set.isGone()) {
          out.flag("deleted", true);
        }
        out.array("series");
        for (IntervalSeries series : set.series()) {
          Aggregate aggregate = series.aggregate();
          out.object()
              .text("aggregate", aggregate == null ? null : aggregate.word())
              .array("times");
          for (Sample sample : series.samples()) {
            out.time(sample.timeMicros());
          }
          out.endArray().array("values");
          for (Sample sample : series.samples()) {
            out.value(sample.value());
          }
          out.endArray().endObject();
        }
        out.endArray().endObject();
      }
      out.endArray();
      DataJson.completeness(out, found.completeness());
      AccessJson.told(out, found.told());
      out.endObject();
    };
  }
}
