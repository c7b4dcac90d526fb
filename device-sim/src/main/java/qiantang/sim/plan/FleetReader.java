package qiantang.sim.plan;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import qiantang.sim.outcome.Count;
import qiantang.sim.wire.MqttVersion;

/** The fleets of a scenario file. */
final class FleetReader {
  /**
   * What 64 worker processes of 20,000 open files can hold, rounded down; how many this machine can
   * hold the preflight tells. The plan of so many takes 400 MB of heap in each process.
   */
  private static final int PUBLISHERS_MAX = 1_000_000;

  /** More devices than any gateway known has; the bytes of its message are limited too. */
  private static final int SUB_DEVICES_MAX = 500;

  /** The system takes packets of 256 KiB. */
  private static final int MESSAGE_BYTES_MAX = 200_000;

  /** Time and device id, and a metric with its name, as JSON has them at most of the time. */
  private static final int READING_BYTES = 70;

  private static final int METRIC_BYTES = 24;

  private static final Duration PERIOD_MIN = Duration.ofMillis(10);
  private static final Duration DAY = Duration.ofDays(1);

  private static final Duration KEEP_ALIVE_MIN = Duration.ofSeconds(2);
  private static final Duration KEEP_ALIVE_MAX = Duration.ofSeconds(65_535); // [MQTT-3.1.2.10]

  /** A jitter near the whole period would plan two messages within one millisecond. */
  private static final double JITTER_MAX = 0.8;

  /** Short, because device ids are made of it and hold 64 characters. */
  private static final Pattern NAME = Pattern.compile("[a-z0-9-]{1,20}");

  private static final Pattern ENTERPRISE = Pattern.compile("[a-z0-9-]{1,32}");

  private static final Map<String, Boolean> KINDS =
      ScenarioReader.choices(
          new Boolean[] {false, true}, gateway -> gateway ? "gateway" : "device");
  private static final Map<String, SignalModel> MODELS =
      ScenarioReader.choices(SignalModel.values(), SignalModel::label);
  private static final Map<String, MqttVersion> VERSIONS =
      ScenarioReader.choices(MqttVersion.values(), MqttVersion::label);
  private static final Map<String, Dialect> DIALECTS =
      ScenarioReader.choices(Dialect.values(), Dialect::label);

  private FleetReader() {}

  static List<FleetSpec> fleets(Fields scenario) {
    List<FleetSpec> fleets = new ArrayList<>();
    Set<String> names = new HashSet<>();
    long publishers = 0;
    for (Fields fields :
        scenario.groups("fleets", "a fleet is a group of keys, such as 'name: mills'")) {
      FleetSpec fleet = fleet(fields);
      fleets.add(fleet);
      publishers += fleet.count();
      if (!names.add(fleet.name())) {
        fields.wrong("two fleets have the name '" + fleet.name() + "'; give one another");
      }
    }
    if (fleets.isEmpty()) {
      scenario.require("fleets");
      if (scenario.list("fleets").isEmpty() && scenario.has("fleets")) {
        scenario.wrong("fleets", "the list is empty; a scenario has one fleet or more");
      }
    }
    if (publishers > PUBLISHERS_MAX) {
      scenario.wrong(
          "fleets", publishers + " publishers in all; a run has at most " + PUBLISHERS_MAX);
    }
    return List.copyOf(fleets);
  }

  private static FleetSpec fleet(Fields fields) {
    String name = fields.text("name", NAME, "fleet");
    boolean gateway = fields.choice("kind", KINDS, false);
    Dialect dialect = fields.choice("dialect", DIALECTS, Dialect.THINGSBOARD);
    boolean tls = fields.flag("tls", false);
    FleetSpec fleet =
        new FleetSpec(
            name,
            fields.textOrNull("enterprise", ENTERPRISE),
            Math.toIntExact(fields.whole("count", 1, PUBLISHERS_MAX, null)),
            gateway ? Math.toIntExact(fields.whole("subDevices", 1, SUB_DEVICES_MAX, null)) : 0,
            fields.choice("model", MODELS, null),
            fields.duration("period", PERIOD_MIN, DAY, Duration.ofSeconds(1)),
            fields.share("jitter", JITTER_MAX, 0),
            Math.toIntExact(fields.whole("inFlight", 1, 65_535, 20L)),
            fields.duration("keepAlive", KEEP_ALIVE_MIN, KEEP_ALIVE_MAX, FleetSpec.KEEP_ALIVE),
            fields.choice("mqtt", VERSIONS, MqttVersion.V3_1_1),
            dialect,
            tls,
            qos(fields));
    checkSize(fields, fleet);
    fields.finish();
    return fleet;
  }

  private static void checkSize(Fields fields, FleetSpec fleet) {
    int bytes = READING_BYTES + METRIC_BYTES * fleet.model().metrics().size();
    if (fleet.dialect() == Dialect.THINGSBOARD && fleet.subDevices() * bytes > MESSAGE_BYTES_MAX) {
      fields.wrong(
          "subDevices",
          "a message of %s of %s would be about %d KB, at most %d; make it %d or less"
              .formatted(
                  Count.of(fleet.subDevices(), "device"),
                  fleet.model().label(),
                  fleet.subDevices() * bytes / 1_000,
                  MESSAGE_BYTES_MAX / 1_000,
                  MESSAGE_BYTES_MAX / bytes));
    }
  }

  private static int qos(Fields fields) {
    int qos = Math.toIntExact(fields.whole("qos", 0, 2, 1L));
    return qos;
  }

  /**
   * Event times are whole milliseconds, and an event time tells which message it is of: no two
   * messages of a publisher may be planned within one, or within one class of {@link EventTimes}.
   */
  static void checkGaps(
      Fields scenario, List<FleetSpec> fleets, List<Phase> phases, Disorder disorder) {
    int loadMax = Phase.loadPercentMax(phases);
    long gapMin = disorder.none() ? 1 : EventTimes.CLASSES;
    for (FleetSpec fleet : fleets) {
      long period = fleet.messagePeriod().toNanos();
      double calm = period - (long) (period * fleet.jitter());
      double gapMillis = calm / 1e6 * 100 / Math.max(1, loadMax);
      if (gapMillis <= gapMin) {
        scenario.wrong(
            "fleets",
            ("at a load of %d%% two messages of a publisher of the fleet '%s' may be %.2f ms"
                    + " apart, but must be more than %d ms%s; make its period longer than %dms")
                .formatted(
                    loadMax,
                    fleet.name(),
                    gapMillis,
                    gapMin,
                    disorder.none() ? "" : " where there is disorder",
                    (long) Math.ceil(fleet.period().toNanos() / 1e6 * gapMin / gapMillis)));
      }
    }
  }
}
