package qiantang.query.json;

import java.io.IOException;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import qiantang.query.read.Devices;
import qiantang.query.read.FleetDevice;
import qiantang.query.read.Page;
import qiantang.query.read.ReadHealth;
import qiantang.query.read.ReadPlatforms;
import qiantang.store.health.Axis;
import qiantang.store.health.Behaviour;
import qiantang.store.health.EnterpriseCount;
import qiantang.store.health.EnterpriseCount.Level;
import qiantang.store.health.Evidence;
import qiantang.store.health.Health;
import qiantang.store.health.HealthCounts;
import qiantang.store.read.Completeness;

/** How well devices are, as JSON. */
public final class HealthJson {
  // The first dozen says what to do first.
  private static final int REASONS_MAX = 12;

  // What is counted of all metrics.
  private static final List<String> DATA =
      List.of(
          "readings",
          "lastArrival",
          "lastEventTime",
          "periodSeconds",
          "silentAfterSeconds",
          "gaps",
          "lateShare");
  private static final List<String> QUALITY =
      List.of("skewSeconds", "driftSecondsPerDay", "rejections");

  private HealthJson() {}

  /** The axes of a device, as members of an object that was begun. */
  public static void axes(JsonOut out, Health health) throws IOException {
    for (Axis axis : Axis.values()) {
      Health.On on = health.on(axis);
      out.object(axis.word()).text("state", on.state().word());
      millis(out, "since", on.sinceMillis());
      out.text("reason", on.reason()).object("evidence");
      evidence(out, axis, health);
      out.endObject().endObject();
    }
  }

  private static void evidence(JsonOut out, Axis axis, Health health) throws IOException {
    Evidence evidence = health.evidence();
    switch (axis) {
      case LIFECYCLE -> {
        millis(out, "created", evidence.createdMillis());
        millis(out, "firstArrival", evidence.firstArrivalMillis());
      }
      case CONNECTION -> connection(out, evidence);
      case DATA -> {
        if (health.isPart()) {
          withheld(out, DATA);
        } else {
          data(out, evidence);
        }
      }
      case QUALITY -> {
        if (health.isPart()) {
          withheld(out, QUALITY);
        } else {
          quality(out, evidence.behaviour());
        }
      }
    }
  }

  private static void connection(JsonOut out, Evidence evidence) throws IOException {
    Behaviour behaviour = evidence.behaviour();
    Evidence.Through through = evidence.link().through();
    out.decimal("connectedShare", evidence.connectedShare())
        .number("flaps", behaviour.ends())
        .number("takeovers", behaviour.takeovers())
        .text("gateway", through == null ? null : through.gateway().text())
        .text("gatewayEnd", through == null ? null : through.end());
  }

  private static void data(JsonOut out, Evidence evidence) throws IOException {
    Behaviour behaviour = evidence.behaviour();
    out.number("readings", behaviour.readings());
    millis(out, "lastArrival", behaviour.lastArrivalMillis());
    millis(out, "lastEventTime", evidence.lastEventMillis());
    out.decimal("periodSeconds", seconds(behaviour.periodMillis()))
        .decimal("silentAfterSeconds", Health.silentMillis(behaviour) / 1000.0)
        .object("gaps")
        .number("count", behaviour.gaps())
        .decimal("longestSeconds", behaviour.longestGapMillis() / 1000.0)
        .endObject()
        .decimal("lateShare", behaviour.lateShare())
        .text("withheld", null);
  }

  private static void quality(JsonOut out, Behaviour behaviour) throws IOException {
    out.decimal("skewSeconds", seconds(behaviour.skewMillis()))
        .decimal("driftSecondsPerDay", seconds(behaviour.driftMillisPerDay()))
        .object("rejections");
    for (Map.Entry<String, Long> entry : behaviour.rejections().entrySet()) {
      out.number(entry.getKey(), (long) entry.getValue());
    }
    out.endObject().text("withheld", null);
  }

  /** Whoever may see some metrics alone is told nothing that was counted of all of them. */
  private static void withheld(JsonOut out, List<String> members) throws IOException {
    for (String member : members) {
      out.text(member, null);
    }
    out.text("withheld", "other-metrics");
  }

  private static @Nullable Double seconds(@Nullable Long millis) {
    return millis == null ? null : (Double) (millis / 1000.0);
  }

  private static void millis(JsonOut out, String name, @Nullable Long millis) throws IOException {
    out.time(name, millis == null ? null : (Long) (millis * 1000));
  }

  /** One device's health. */
  public static JsonOut.Text device(Devices.Told told, long atMillis) {
    FleetDevice device = told.device();
    return out -> {
      out.object().text("device", device.id().text());
      millis(out, "at", atMillis);
      axes(out, device.health());
      DataJson.completeness(out, told.completeness());
      out.endObject();
    };
  }

  /**
   * An enterprise's health.
   *
   * @param level by what it is told too; null for nothing
   */
  public static JsonOut.Text enterprise(ReadHealth.Found found, @Nullable Level level) {
    return out -> {
      out.object();
      millis(out, "at", found.atMillis());
      counts(out, "counts", found.count().all());
      reasons(out, found.count().all());
      trend(out, found.trend());
      out.array("by");
      if (level != null) {
        by(out, level, found.count());
      }
      out.endArray();
      DataJson.completeness(out, completeness(found, level));
      out.endObject();
    };
  }

  private static void trend(JsonOut out, List<ReadHealth.Hour> hours) throws IOException {
    out.array("trend");
    for (ReadHealth.Hour hour : hours) {
      out.object();
      millis(out, "at", hour.atMillis());
      counts(out, "counts", hour.counts());
      out.endObject();
    }
    out.endArray();
  }

  /** Of more factories, lines or models than are counted, the first ones by name are told. */
  private static Completeness completeness(ReadHealth.Found found, @Nullable Level level) {
    Map<String, HealthCounts> keys = level == null ? null : found.count().by().get(level);
    boolean isWhole =
        keys == null
            || keys.values().stream().mapToLong(HealthCounts::total).sum()
                == found.count().all().total();
    return isWhole ? found.completeness() : found.completeness().cut();
  }

  private static void by(JsonOut out, Level level, EnterpriseCount count) throws IOException {
    Map<String, HealthCounts> keys = count.by().get(level);
    if (keys == null) {
      return;
    }
    for (Map.Entry<String, HealthCounts> entry : keys.entrySet()) {
      String key = entry.getKey();
      boolean isLine = level == Level.LINE;
      out.object()
          .text("level", level.word())
          .text("id", isLine ? EnterpriseCount.line(key) : key)
          .text("factory", isLine ? EnterpriseCount.factory(key) : null);
      counts(out, "counts", entry.getValue());
      out.endObject();
    }
  }

  /** Counts on the four axes. */
  static void counts(JsonOut out, String name, HealthCounts counts) throws IOException {
    out.object(name);
    for (Axis axis : Axis.values()) {
      out.object(axis.word());
      for (Axis.State state : axis.states()) {
        out.number(state.word(), counts.of(state));
      }
      out.endObject();
    }
    out.number("total", counts.total()).endObject();
  }

  private static void reasons(JsonOut out, HealthCounts counts) throws IOException {
    out.array("reasons");
    for (HealthCounts.Reason reason : counts.topReasons(REASONS_MAX)) {
      out.object()
          .text("axis", reason.why().axis().word())
          .text("state", reason.why().state().word())
          .text("reason", reason.why().reason())
          .number("count", reason.count())
          .endObject();
    }
    out.endArray();
  }

  /** All platforms. */
  public static JsonOut.Text platforms(List<ReadPlatforms.Found> platforms) {
    return out -> {
      out.object().array("items");
      for (ReadPlatforms.Found platform : platforms) {
        out.object();
        platform(out, platform);
        out.endObject();
      }
      out.endArray().text("next", null);
      DataJson.completeness(out, completeness(platforms));
      out.endObject();
    };
  }

  private static Completeness completeness(List<ReadPlatforms.Found> platforms) {
    return platforms.isEmpty()
        ? Completeness.NOTHING
        : Completeness.ofCounts(
            platforms.stream().allMatch(ReadPlatforms.Found::isWhole),
            platforms.stream()
                .map(ReadPlatforms.Found::countedMillis)
                .filter(Objects::nonNull)
                .min(Comparator.naturalOrder())
                .orElse(null));
  }

  private static void platform(JsonOut out, ReadPlatforms.Found found) throws IOException {
    out.text("id", found.platform().id())
        .text("name", found.platform().name())
        .text("nameEn", found.platform().nameEn())
        .text("kind", found.platform().kind())
        .number("enterprises", found.count().enterprises());
    counts(out, "devices", found.count().devices());
    millis(out, "countedAt", found.countedMillis());
  }

  /** One platform. */
  public static JsonOut.Text platform(ReadPlatforms.Found found) {
    return out -> {
      out.object();
      platform(out, found);
      out.decimal("messagesPerSecond", found.count().messagesPerSecond());
      reasons(out, found.count().devices());
      trend(out, found.trend());
      out.array("plan");
      for (ReadPlatforms.Progress progress : found.progress()) {
        out.object()
            .text("figure", progress.figure().figure())
            .number("target", progress.figure().target())
            .number("value", progress.value())
            .endObject();
      }
      out.endArray();
      DataJson.completeness(out, completeness(List.of(found)));
      out.endObject();
    };
  }

  /**
   * Enterprises of a platform.
   *
   * @param next cursor of the next page, null at the end
   */
  public static JsonOut.Text enterprises(Page<ReadPlatforms.Item> page, @Nullable String next) {
    Completeness completeness =
        page.items().isEmpty()
            ? Completeness.NOTHING
            : Completeness.ofCounts(
                page.items().stream().allMatch(item -> item.countedMillis() != null),
                page.items().stream()
                    .map(ReadPlatforms.Item::countedMillis)
                    .filter(Objects::nonNull)
                    .min(Comparator.naturalOrder())
                    .orElse(null));
    return out -> {
      out.object().array("items");
      for (ReadPlatforms.Item item : page.items()) {
        out.object();
        item(out, item);
        out.endObject();
      }
      out.endArray().text("next", next);
      DataJson.completeness(out, next == null ? completeness : completeness.cut());
      out.endObject();
    };
  }

  /** An enterprise of a platform. */
  private static void item(JsonOut out, ReadPlatforms.Item item) throws IOException {
    out.text("id", item.id().text()).text("name", item.name()).text("region", item.region());
    counts(out, "devices", item.devices());
    millis(out, "countedAt", item.countedMillis());
  }
}
