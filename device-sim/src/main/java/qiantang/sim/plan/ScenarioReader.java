package qiantang.sim.plan;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import qiantang.sim.outcome.ExitCode;
import qiantang.sim.outcome.FileCause;
import qiantang.sim.outcome.Outcome;

/** Reads a scenario file and says everything that is wrong with it, with line and column. */
public final class ScenarioReader {
  /** A scenario is written by hand; larger than this it is some other file. */
  private static final long FILE_BYTES_MAX = 1 << 20;

  private static final Duration SECOND = Duration.ofSeconds(1);

  private final Problems problems;
  private final Reading reading;

  private ScenarioReader(String name) {
    problems = new Problems(name);
    reading = new Reading(problems);
  }

  public static Outcome<Scenario> read(Path file) {
    try {
      if (Files.size(file) > FILE_BYTES_MAX) {
        return new Outcome.Failed<>(
            ExitCode.USAGE, "cannot read " + file + ": a scenario has at most 1 MiB");
      }
      return switch (ScenarioText.of(file.toString(), Files.readAllBytes(file))) {
        case Outcome.Failed<String> failed -> failed.widen();
        case Outcome.Done<String>(String text) -> read(file.toString(), text);
      };
    } catch (IOException e) {
      return new Outcome.Failed<>(
          ExitCode.USAGE,
          "cannot read the scenario " + file + ": " + FileCause.of(e) + "; name a readable file");
    }
  }

  /** The text of a file; the name is only for messages. */
  public static Outcome<Scenario> read(String name, String text) {
    ScenarioReader reader = new ScenarioReader(name);
    Scenario scenario = reader.scenario(text);
    if (scenario == null || !reader.problems.none()) {
      return new Outcome.Failed<>(
          ExitCode.USAGE, "cannot use the scenario " + name + ":\n" + reader.problems.text());
    }
    return new Outcome.Done<>(scenario);
  }

  /** The keys that were asked for while a text was read, by the path of their group. */
  static Map<String, Set<String>> knownKeys(String text) {
    ScenarioReader reader = new ScenarioReader("keys");
    reader.scenario(text);
    return reader.reading.knownKeys();
  }

  private @Nullable Scenario scenario(String text) {
    YamlNode root = new YamlReader(problems).read(text);
    if (root == null) {
      return null;
    }
    if (!(root instanceof YamlNode.Mapping mapping)) {
      problems.add(
          root.line(),
          root.column(),
          (root instanceof YamlNode.Sequence ? "a list, and " : "")
              + "a scenario is a group of keys, such as 'version: 1', with no '-' before them");
      return null;
    }
    Fields fields = new Fields(mapping, "", reading);
    fields.whole("version", 1, 1, null);
    long seed = fields.whole("seed", 0, Long.MAX_VALUE, 1L);
    List<Phase> phases = PhaseReader.phases(fields);
    Duration duration = phases.stream().map(Phase::duration).reduce(Duration.ZERO, Duration::plus);
    List<FleetSpec> fleets = FleetReader.fleets(fields);
    Disorder disorder = BehaviourReader.disorder(fields, duration);
    FleetReader.checkGaps(fields, fleets, phases, disorder);
    Probes probes = BehaviourReader.probes(fields);
    Scenario scenario =
        new Scenario(
            seed,
            duration,
            Math.toIntExact(fields.whole("connectPerSecond", 1, 100_000, 500L)),
            fields.duration("ackGrace", SECOND, Duration.ofHours(1), Duration.ofSeconds(30)),
            fleets,
            thresholds(fields, probes, fleets),
            phases,
            disorder,
            BehaviourReader.faults(fields, fleets),
            probes);
    fields.finish();
    return scenario;
  }

  /** Not so where fleets could not be read, which is told already. */
  private static boolean nobodyAcknowledges(List<FleetSpec> fleets) {
    return !fleets.isEmpty() && fleets.stream().allMatch(fleet -> fleet.qos() == 0);
  }

  /** In the order of the constants, so that messages list them in it. */
  static <T> Map<String, T> choices(T[] values, Function<T, String> label) {
    Map<String, T> choices = new LinkedHashMap<>();
    for (T value : values) {
      choices.put(label.apply(value), value);
    }
    return Collections.unmodifiableMap(choices);
  }

  private List<Threshold> thresholds(Fields fields, Probes probes, List<FleetSpec> fleets) {
    List<Threshold> thresholds = new ArrayList<>();
    for (YamlNode node : fields.list("thresholds")) {
      Threshold threshold =
          node instanceof YamlNode.Scalar scalar ? Threshold.parse(scalar.text()) : null;
      if (threshold == null) {
        problems.add(
            node.line(),
            node.column(),
            "a threshold is a text such as \"ack.p99 < 50ms\" or \"late == 0\" (times in ms or s,"
                + " counts without a unit) with one of the figures "
                + String.join(", ", Threshold.FIGURES));
      } else if (threshold.ofVisible() && probes.visible() == 0) {
        problems.add(
            node.line(),
            node.column(),
            "nobody asks when messages are visible; add for example 'probes: {visible: 1%}'");
      } else if (threshold.ofAck() && nobodyAcknowledges(fleets)) {
        problems.add(
            node.line(),
            node.column(),
            "nobody acknowledges messages of QoS 0, and no fleet has another; give one 'qos: 1', or"
                + " take this away");
      } else {
        thresholds.add(threshold);
      }
    }
    return List.copyOf(thresholds);
  }
}
