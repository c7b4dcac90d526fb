package qiantang.sim.plan;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What a scenario file says about disorder, faults and probes. */
final class BehaviourReader {
  private static final Duration MILLI = Duration.ofMillis(1);

  /** The system keeps no reading of more than a year ago; a month is the longest outage meant. */
  private static final Duration PAST_MAX = Duration.ofDays(31);

  /** Clocks that are wrong by more than days are wrong by years, and such readings are refused. */
  private static final Duration SKEW_MAX = Duration.ofDays(1);

  private static final Duration LATENCY_MAX = Duration.ofSeconds(30);

  /** A message is out of order against the three before it, see {@link EventTimes}. */
  private static final double OUT_OF_ORDER_MAX = 0.25;

  /** A message is a copy of the one before it, which is none. */
  private static final double DUPLICATES_MAX = 0.5;

  private static final Map<String, Faults.MalformedKind> MALFORMED_KINDS =
      ScenarioReader.choices(Faults.MalformedKind.values(), Faults.MalformedKind::label);
  private static final Map<String, Boolean> ALWAYS = Map.of("always", true);
  private static final Pattern BANDWIDTH = Pattern.compile("([1-9]\\d{0,5})(KB|MB)/s");
  private static final Pattern PER_SECOND = Pattern.compile("(\\d{1,5}(?:\\.\\d{1,3})?)/s");

  private BehaviourReader() {}

  /** Reads the group {@code disorder}. */
  static Disorder disorder(Fields scenario, Duration run) {
    Fields fields = scenario.groupOrNull("disorder");
    if (fields == null) {
      return Disorder.NONE;
    }
    Disorder disorder =
        new Disorder(
            late(fields),
            fields.share("outOfOrder", OUT_OF_ORDER_MAX, 0),
            fields.share("duplicates", DUPLICATES_MAX, 0),
            clockSkew(fields, run),
            backlog(fields, run));
    fields.finish();
    return disorder;
  }

  private static Disorder.Late late(Fields disorder) {
    Fields fields = disorder.groupOrNull("late");
    if (fields == null) {
      return Disorder.NONE.late();
    }
    Disorder.Late late =
        new Disorder.Late(
            fields.shareOf("share", 1), fields.duration("delay", MILLI, PAST_MAX, null));
    fields.finish();
    return late;
  }

  private static Disorder.ClockSkew clockSkew(Fields disorder, Duration run) {
    Fields fields = disorder.groupOrNull("clockSkew");
    if (fields == null) {
      return Disorder.NONE.clockSkew();
    }
    Disorder.ClockSkew skew =
        new Disorder.ClockSkew(
            fields.duration("normal", Duration.ZERO, SKEW_MAX, Duration.ZERO), jump(fields, run));
    fields.finish();
    return skew;
  }

  private static Disorder.Jump jump(Fields clockSkew, Duration run) {
    Fields fields = clockSkew.groupOrNull("jump");
    if (fields == null) {
      return Disorder.NONE.clockSkew().jump();
    }
    Disorder.Jump jump =
        new Disorder.Jump(
            fields.shareOf("share", 1),
            fields.duration("at", Duration.ZERO, run, null),
            fields.duration("by", SKEW_MAX.negated(), SKEW_MAX, null));
    fields.finish();
    return jump;
  }

  private static Duration backlog(Fields disorder, Duration run) {
    Duration backlog = disorder.duration("backlog", Duration.ZERO, PAST_MAX, Duration.ZERO);
    if (backlog.isZero()) {
      return backlog;
    }
    if (backlog.compareTo(run) < 0 || backlog.toNanos() % run.toNanos() != 0) {
      disorder.wrong(
          "backlog",
          "must be a whole multiple of the run's %ds, such as %ds"
              .formatted(
                  run.toSeconds(),
                  Math.max(1, backlog.toSeconds() / run.toSeconds()) * run.toSeconds()));
      return Duration.ZERO;
    }
    return backlog;
  }

  /** Reads the group {@code faults}. */
  static Faults faults(Fields scenario, List<FleetSpec> fleets) {
    Fields fields = scenario.groupOrNull("faults");
    if (fields == null) {
      return Faults.NONE;
    }
    Faults faults =
        new Faults(
            malformed(fields, fleets),
            fields.share("slowReaders", 1, 0),
            fields.share("halfOpen", 1, 0),
            net(fields));
    fields.finish();
    return faults;
  }

  private static Faults.Malformed malformed(Fields faults, List<FleetSpec> fleets) {
    Fields fields = faults.groupOrNull("malformed");
    if (fields == null) {
      return Faults.NONE.malformed();
    }
    double share = fields.shareOf("share", 1);
    List<Faults.MalformedKind> chosen = fields.choices("kinds", MALFORMED_KINDS);
    List<Faults.MalformedKind> kinds =
        chosen.isEmpty() ? List.of(Faults.MalformedKind.values()) : chosen;
    for (FleetSpec fleet : fleets) {
      if (kinds.stream().noneMatch(kind -> Breakage.dialectHas(fleet.dialect(), kind))) {
        fields.wrong(
            "kinds",
            "in Sparkplug NaN is a value like another, so the fleet '%s' has none of these; add one"
                    .formatted(fleet.name())
                + " such as truncated");
      }
    }
    fields.finish();
    return new Faults.Malformed(share, kinds);
  }

  private static Faults.Net net(Fields faults) {
    Fields fields = faults.groupOrNull("net");
    if (fields == null) {
      return Faults.Net.NONE;
    }
    Faults.Net net =
        new Faults.Net(
            fields.duration("latency", Duration.ZERO, LATENCY_MAX, Duration.ZERO),
            fields.duration("jitter", Duration.ZERO, LATENCY_MAX, Duration.ZERO),
            bandwidth(fields),
            fields.share("blackhole", 1, 0),
            resets(fields));
    fields.finish();
    return net;
  }

  /** Bytes a second; kilo is 1,000. */
  private static long bandwidth(Fields fields) {
    Matcher matcher = matcher(fields, "bandwidth", BANDWIDTH, "100KB/s or 2MB/s");
    if (matcher == null) {
      return 0;
    }
    return Long.parseLong(matcher.group(1)) * ("MB".equals(matcher.group(2)) ? 1_000_000 : 1_000);
  }

  private static double resets(Fields fields) {
    Matcher matcher = matcher(fields, "reset", PER_SECOND, "0.1/s");
    return matcher == null ? 0 : Double.parseDouble(matcher.group(1));
  }

  private static @Nullable Matcher matcher(
      Fields fields, String key, Pattern form, String example) {
    String text = fields.textOrNull(key);
    if (text == null) {
      return null;
    }
    Matcher matcher = form.matcher(text);
    if (!matcher.matches()) {
      fields.wrong(key, "'" + text + "' is not a rate such as " + example);
      return null;
    }
    return matcher;
  }

  /** Reads the group {@code probes}. */
  static Probes probes(Fields scenario) {
    Fields fields = scenario.groupOrNull("probes");
    if (fields == null) {
      return Probes.NONE;
    }
    fields.choice("ack", ALWAYS, true); // it is never off
    Probes probes = new Probes(fields.share("visible", 1, 0));
    fields.finish();
    return probes;
  }
}
