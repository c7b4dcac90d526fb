package qiantang.sim.plan;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import qiantang.sim.outcome.ExitCode;
import qiantang.sim.outcome.Outcome;
import qiantang.sim.wire.MqttVersion;

/** Reads a scenario file and says everything that is wrong with it, with line and column. */
public final class ScenarioReader {
  /** A scenario is written by hand; larger than this it is some other file. */
  private static final long FILE_BYTES_MAX = 1 << 20;

  /** One process has 20,000 open files on a usual machine, and each publisher is a socket. */
  private static final int PUBLISHERS_MAX = 19_000;

  /** A message must stay well within the 256 KiB that the system takes. */
  private static final int SUB_DEVICES_MAX = 500;

  private static final Duration PERIOD_MIN = Duration.ofMillis(10);
  private static final Duration DAY = Duration.ofDays(1);

  private static final Duration KEEP_ALIVE_MIN = Duration.ofSeconds(2);
  private static final Duration KEEP_ALIVE_MAX = Duration.ofSeconds(65_535); // [MQTT-3.1.2.10]

  /** A jitter near the whole period would plan two messages within one millisecond. */
  private static final double JITTER_MAX = 0.8;

  /** Short, because device ids are made of it and hold 64 characters. */
  private static final Pattern NAME = Pattern.compile("[a-z0-9-]{1,20}");

  private static final Map<String, Boolean> KINDS =
      choices(new Boolean[] {false, true}, gateway -> gateway ? "gateway" : "device");
  private static final Map<String, SignalModel> MODELS =
      choices(SignalModel.values(), SignalModel::label);
  private static final Map<String, MqttVersion> VERSIONS =
      choices(MqttVersion.values(), MqttVersion::label);

  private static final Pattern ENTERPRISE = Pattern.compile("[a-z0-9-]{1,32}");

  private final Problems problems = new Problems();

  private ScenarioReader() {}

  public static Outcome<Scenario> read(Path file) {
    try {
      if (Files.size(file) > FILE_BYTES_MAX) {
        return new Outcome.Failed<>(
            ExitCode.USAGE, "cannot read " + file + ": a scenario has at most 1 MiB");
      }
      return read(file.toString(), Files.readString(file));
    } catch (IOException e) {
      return new Outcome.Failed<>(
          ExitCode.USAGE,
          "cannot read the scenario "
              + file
              + (e instanceof NoSuchFileException ? ": no such file" : ": " + e.getMessage())
              + "; name a readable file");
    }
  }

  /** The text of a file; the name is only for messages. */
  public static Outcome<Scenario> read(String name, String text) {
    ScenarioReader reader = new ScenarioReader();
    Scenario scenario = reader.scenario(text);
    if (scenario == null || !reader.problems.none()) {
      return new Outcome.Failed<>(
          ExitCode.USAGE, "cannot use the scenario " + name + ":\n" + reader.problems.text());
    }
    return new Outcome.Done<>(scenario);
  }

  private @Nullable Scenario scenario(String text) {
    YamlNode root = new YamlReader(problems).read(text);
    if (root == null) {
      return null;
    }
    if (!(root instanceof YamlNode.Mapping mapping)) {
      problems.add(
          root.line(), root.column(), "a scenario is a group of keys, such as 'version: 1'");
      return null;
    }
    Fields fields = new Fields(mapping, problems);
    fields.whole("version", 1, 1, null);
    Scenario scenario =
        new Scenario(
            fields.whole("seed", 0, Long.MAX_VALUE, 1L),
            fields.duration("duration", Duration.ofSeconds(1), DAY, null),
            Math.toIntExact(fields.whole("connectPerSecond", 1, 100_000, 500L)),
            fields.duration(
                "ackGrace", Duration.ofSeconds(1), Duration.ofHours(1), Duration.ofSeconds(30)),
            fleets(fields),
            thresholds(fields));
    fields.finish();
    return scenario;
  }

  private List<FleetSpec> fleets(Fields scenario) {
    List<FleetSpec> fleets = new ArrayList<>();
    Set<String> names = new HashSet<>();
    long publishers = 0;
    for (YamlNode node : scenario.list("fleets")) {
      if (!(node instanceof YamlNode.Mapping mapping)) {
        problems.add(
            node.line(), node.column(), "a fleet is a group of keys, such as 'name: mills'");
        continue;
      }
      FleetSpec fleet = fleet(new Fields(mapping, problems));
      fleets.add(fleet);
      publishers += fleet.count();
      if (!names.add(fleet.name())) {
        problems.add(
            mapping.line(), mapping.column(), "two fleets have the name '" + fleet.name() + "'");
      }
    }
    if (fleets.isEmpty()) {
      scenario.require("fleets");
    }
    if (publishers > PUBLISHERS_MAX) {
      scenario.wrong(
          "fleets", publishers + " publishers in all; one process has at most " + PUBLISHERS_MAX);
    }
    return List.copyOf(fleets);
  }

  private static FleetSpec fleet(Fields fields) {
    boolean gateway = fields.choice("kind", KINDS, false);
    FleetSpec fleet =
        new FleetSpec(
            fields.text("name", NAME, "fleet"),
            fields.textOrNull("enterprise", ENTERPRISE),
            Math.toIntExact(fields.whole("count", 1, PUBLISHERS_MAX, null)),
            gateway ? Math.toIntExact(fields.whole("subDevices", 1, SUB_DEVICES_MAX, null)) : 0,
            fields.choice("model", MODELS, null),
            fields.duration("period", PERIOD_MIN, DAY, Duration.ofSeconds(1)),
            fields.share("jitter", JITTER_MAX, 0),
            Math.toIntExact(fields.whole("inFlight", 1, 65_535, 20L)),
            fields.duration("keepAlive", KEEP_ALIVE_MIN, KEEP_ALIVE_MAX, FleetSpec.KEEP_ALIVE),
            fields.choice("mqtt", VERSIONS, MqttVersion.V3_1_1));
    fields.finish();
    return fleet;
  }

  /** In the order of the constants, so that messages list them in it. */
  private static <T> Map<String, T> choices(T[] values, Function<T, String> label) {
    Map<String, T> choices = new LinkedHashMap<>();
    for (T value : values) {
      choices.put(label.apply(value), value);
    }
    return Collections.unmodifiableMap(choices);
  }

  private List<Threshold> thresholds(Fields fields) {
    List<Threshold> thresholds = new ArrayList<>();
    for (YamlNode node : fields.list("thresholds")) {
      Threshold threshold =
          node instanceof YamlNode.Scalar scalar ? Threshold.parse(scalar.text()) : null;
      if (threshold == null) {
        problems.add(
            node.line(),
            node.column(),
            "a threshold is a text such as \"ack.p99 < 50ms\" with one of the figures "
                + String.join(", ", Threshold.FIGURES));
      } else {
        thresholds.add(threshold);
      }
    }
    return List.copyOf(thresholds);
  }
}
