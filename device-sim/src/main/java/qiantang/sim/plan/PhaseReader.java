package qiantang.sim.plan;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** The phases of a scenario file, or its one duration. */
final class PhaseReader {
  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final Duration DAY = Duration.ofDays(1);

  /** A soak over a weekend and more; nanoseconds of load stay within a long. */
  private static final Duration RUN_MAX = Duration.ofDays(7);

  private static final int PHASES_MAX = 100;

  /** Each time a burst comes back is 48 bytes of the plan. */
  private static final long RETURNS_MAX = 10_000;

  private static final int LOAD_PERCENT_MAX = 1_000;
  private static final int LOAD_PERCENT_OF_BURST = 300;

  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9-]{1,32}");
  private static final Map<String, Phase.Kind> KINDS =
      ScenarioReader.choices(Phase.Kind.values(), Phase.Kind::label);

  private PhaseReader() {}

  /** At least one phase, also after an error. */
  static List<Phase> phases(Fields scenario) {
    if (!scenario.has("phases")) {
      return List.of(Phase.steady(scenario.duration("duration", SECOND, DAY, null)));
    }
    if (scenario.has("duration")) {
      scenario.wrong(
          "duration", "the phases say how long the run is; leave out either this or them");
    }
    List<Phase> phases = new ArrayList<>();
    Set<String> names = new HashSet<>();
    Duration sum = Duration.ZERO;
    for (Fields fields :
        scenario.groups("phases", "a phase is a group of keys, such as 'name: ramp'")) {
      Phase phase = phase(fields);
      phases.add(phase);
      sum = sum.plus(phase.duration());
      if (!names.add(phase.name())) {
        fields.wrong("two phases have the name '" + phase.name() + "'; give one another");
      }
    }
    if (phases.isEmpty() || phases.size() > PHASES_MAX) {
      scenario.wrong("phases", "a run has 1 to " + PHASES_MAX + " phases, not " + phases.size());
    }
    if (sum.compareTo(RUN_MAX) > 0) {
      scenario.wrong(
          "phases", "all together take " + sum.toHours() + "h; a run takes at most 168h");
    }
    return phases.isEmpty() ? List.of(Phase.steady(SECOND)) : List.copyOf(phases);
  }

  private static Phase phase(Fields fields) {
    String name = fields.text("name", NAME, "phase");
    Phase.Kind kind = fields.choice("kind", KINDS, Phase.Kind.HOLD);
    Duration duration = fields.duration("duration", SECOND, RUN_MAX, null);
    int load = fields.percent("load", LOAD_PERCENT_MAX, loadPercent(kind));
    if (kind == Phase.Kind.RAMP || kind == Phase.Kind.BURST) {
      fields.require("load"); // what such a phase is about
    }
    Phase phase =
        new Phase(name, kind, duration, load, share(fields, kind), every(fields, kind, duration));
    fields.finish();
    return phase;
  }

  private static int loadPercent(Phase.Kind kind) {
    return kind == Phase.Kind.BURST ? LOAD_PERCENT_OF_BURST : 100;
  }

  private static double share(Fields fields, Phase.Kind kind) {
    if (!fields.has("share")) {
      if (kind == Phase.Kind.CHURN) {
        fields.require("share");
      }
      return 1;
    }
    onlyOfRecurring(fields, kind, "share");
    return fields.shareOf("share", 1);
  }

  private static Duration every(Fields fields, Phase.Kind kind, Duration duration) {
    if (!fields.has("every")) {
      if (kind == Phase.Kind.CHURN) {
        fields.require("every");
      }
      return duration;
    }
    onlyOfRecurring(fields, kind, "every");
    Duration every = fields.duration("every", SECOND, duration, null);
    if (duration.dividedBy(every) > RETURNS_MAX) {
      fields.wrong(
          "every",
          "comes back %d times in this phase, at most %d; make it %ds or longer"
              .formatted(
                  duration.dividedBy(every),
                  RETURNS_MAX,
                  Math.ceilDiv(duration.toSeconds(), RETURNS_MAX)));
    }
    return every;
  }

  private static void onlyOfRecurring(Fields fields, Phase.Kind kind, String key) {
    if (kind != Phase.Kind.BURST && kind != Phase.Kind.CHURN && kind != Phase.Kind.STORM) {
      fields.wrong(key, "is of burst, churn and storm; a " + kind.label() + " has none");
    }
  }
}
