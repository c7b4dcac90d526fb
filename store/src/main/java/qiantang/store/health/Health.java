package qiantang.store.health;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import qiantang.store.health.Axis.State;
import qiantang.store.model.Reason;

/**
 * How well a device is, on four axes that do not depend on each other.
 *
 * @param on each axis
 * @param evidence what it follows from
 * @param isPart whether some metrics alone may be seen: what is counted of all of them is withheld
 */
public record Health(Map<Axis, On> on, Evidence evidence, boolean isPart) {
  /** Why a device is offline of which no session is known. */
  public static final String NEVER_CONNECTED = "never-connected";

  /** Silent means: no reading for so many periods. */
  static final int SILENT_PERIODS = 3;

  /** Shorter silences are the network's: frames, retries and a gateway's own batches. */
  static final long SILENT_MILLIS_MIN = 30_000;

  /** Of whose period nothing is known. */
  static final long SILENT_MILLIS_USUAL = 600_000;

  /** A device that nothing came of is new for so long. */
  static final long NEW_MILLIS = 86_400_000;

  static final long SKEW_SUSPECT_MILLIS = 30_000;

  /** The clock's own limit ahead: readings beyond are refused. */
  static final long SKEW_BAD_MILLIS = 300_000;

  static final long DRIFT_SUSPECT_MILLIS = 10_000; // a day: a bad crystal makes 9 s

  static final long FLAPS_SUSPECT = 10;
  static final long TAKEOVERS_SUSPECT = 3;
  static final int GAPS_SUSPECT = 5;
  static final double LATE_SHARE_SUSPECT = 0.2;
  static final double LATE_SHARE_MOST = 0.5;
  static final double REJECTED_SHARE_BAD = 0.5;

  /**
   * A device on one axis.
   *
   * @param sinceMillis since when; null where that is not known
   * @param reason a word
   */
  public record On(State state, @Nullable Long sinceMillis, String reason) {}

  public Health {
    on = Map.copyOf(on);
  }

  /** The device on an axis. */
  public On on(Axis axis) {
    On found = on.get(axis);
    if (found == null) {
      throw new AssertionError("BUG: nothing was said of " + axis);
    }
    return found;
  }

  /** The words of all axes; of connection those alone that no session has said. */
  public static List<String> reasons() {
    List<String> reasons =
        new ArrayList<>(
            List.of(
                "disabled",
                "heard-of",
                "new",
                "nothing-in-a-day",
                "never-connected",
                "heartbeat-late",
                "online-but-silent",
                "offline",
                "only-old-event-times",
                "most-come-late",
                "readings-come",
                "just-connected",
                "speaks-for-others",
                "online-but-never-reported",
                "never-reported",
                "clock-skew",
                "nothing-found",
                "taken-over",
                "flapping",
                "late-readings",
                "clock-drift",
                "gaps",
                "outlier-late-share",
                "outlier-skew",
                "outlier-rate"));
    for (Reason reason : Reason.values()) {
      reasons.add("refused-" + reason.word());
    }
    return reasons;
  }

  /** What follows of the evidence at a moment. A pure function. */
  public static Health of(Evidence evidence, long nowMillis) {
    Map<Axis, On> on = new EnumMap<>(Axis.class);
    on.put(Axis.LIFECYCLE, lifecycle(evidence, nowMillis));
    on.put(Axis.CONNECTION, connection(evidence));
    on.put(Axis.DATA, within(data(evidence, nowMillis), evidence, nowMillis));
    on.put(Axis.QUALITY, within(quality(evidence), evidence, nowMillis));
    return new Health(on, evidence, false);
  }

  /** Nothing is so before anybody knew the device, whatever its clock says, nor later than now. */
  private static On within(On on, Evidence evidence, long nowMillis) {
    Long since = on.sinceMillis();
    if (since == null) {
      return on;
    }
    long known = evidence.createdMillis();
    for (Long begin : Arrays.asList(evidence.firstArrivalMillis(), evidence.link().sinceMillis())) {
      known = begin == null ? known : Math.min(known, begin);
    }
    long clamped = Math.clamp(since, Math.min(known, nowMillis), nowMillis);
    return clamped == since ? on : new On(on.state(), clamped, on.reason());
  }

  /** For who may see some of its metrics alone. */
  public Health ofPart() {
    return new Health(on, evidence.withoutLastEvent(), true);
  }

  /** Whether of what came so much was refused that the rest says little. */
  static boolean isMostRefused(long refused, long readings) {
    return refused > 0 && refused >= REJECTED_SHARE_BAD * (refused + readings);
  }

  private static On lifecycle(Evidence evidence, long nowMillis) {
    if (evidence.disabled()) {
      return new On(State.DISABLED, null, "disabled");
    }
    if (evidence.hasCome()) {
      Long first = evidence.firstArrivalMillis();
      return new On(State.ACTIVE, first == null ? evidence.createdMillis() : first, "heard-of");
    }
    long created = evidence.createdMillis();
    return nowMillis - created < NEW_MILLIS
        ? new On(State.REGISTERED, created, "new")
        : new On(State.NEVER_CONNECTED, created, "nothing-in-a-day");
  }

  private static On connection(Evidence evidence) {
    Evidence.Link link = evidence.link();
    String reason = link.reason() == null ? NEVER_CONNECTED : link.reason();
    return switch (link.state()) {
      case ONLINE -> new On(State.ONLINE, link.sinceMillis(), reason);
      case OFFLINE -> new On(State.OFFLINE, link.sinceMillis(), reason);
      case NEVER -> new On(State.OFFLINE, evidence.createdMillis(), reason);
      case UNKNOWN -> new On(State.UNKNOWN, link.sinceMillis(), "heartbeat-late");
    };
  }

  /** For how long no reading may come. */
  public static long silentMillis(Behaviour behaviour) {
    Long period = behaviour.periodMillis();
    return period == null
        ? SILENT_MILLIS_USUAL
        : Math.max(SILENT_MILLIS_MIN, SILENT_PERIODS * period);
  }

  private static On data(Evidence evidence, long nowMillis) {
    Behaviour behaviour = evidence.behaviour();
    Long lastArrival = behaviour.lastArrivalMillis();
    long silent = silentMillis(behaviour);
    if (lastArrival == null) {
      return noneInADay(evidence, nowMillis);
    }
    if (nowMillis - lastArrival > silent) {
      return evidence.link().isOpen()
          ? silent(evidence, lastArrival, "online-but-silent", nowMillis)
          : new On(State.STALE, lastArrival, "offline");
    }
    Long lastEvent = evidence.lastEventMillis();
    if (lastEvent != null && lastArrival - lastEvent > HealthCells.LATE_MILLIS + silent) {
      return new On(State.LATE, lastEvent, "only-old-event-times");
    }
    if (behaviour.lastHourLate() > LATE_SHARE_MOST * behaviour.lastHourReadings()) {
      return new On(State.LATE, lastEvent, "most-come-late");
    }
    return new On(State.FRESH, freshSince(evidence), "readings-come");
  }

  /** Gaps are counted by the minute of the event time, which began before the first arrival. */
  private static @Nullable Long freshSince(Evidence evidence) {
    Long unbroken = evidence.behaviour().unbrokenSinceMillis();
    Long first = evidence.firstArrivalMillis();
    return unbroken == null || first == null ? unbroken : (Long) Math.max(unbroken, first);
  }

  /**
   * Connected, and nothing came for long. Silence is counted from the begin of the session on: who
   * connects seldom has time to say something, and what it said before is as old as it was.
   *
   * @param last when something came or happened; null for never
   */
  private static On silent(Evidence evidence, @Nullable Long last, String reason, long nowMillis) {
    Long begin = evidence.link().sinceMillis();
    if (begin != null && nowMillis - begin <= silentMillis(evidence.behaviour())) {
      return new On(State.STALE, last == null ? begin : last, "just-connected");
    }
    Long since = begin == null || (last != null && last > begin) ? last : begin;
    return new On(State.SILENT, since, reason);
  }

  private static On noneInADay(Evidence evidence, long nowMillis) {
    boolean isOnline = evidence.link().isOpen();
    Long lastEvent = evidence.lastEventMillis();
    Long since = lastEvent == null ? evidence.link().sinceMillis() : lastEvent;
    if (lastEvent == null && evidence.isGateway() && isOnline) {
      return new On(State.FRESH, since, "speaks-for-others");
    }
    if (isOnline) {
      String reason = lastEvent == null ? "online-but-never-reported" : "online-but-silent";
      return silent(evidence, lastEvent, reason, nowMillis);
    }
    String reason = lastEvent == null ? "never-reported" : "nothing-in-a-day";
    return new On(State.STALE, since == null ? (Long) evidence.createdMillis() : since, reason);
  }

  private static On quality(Evidence evidence) {
    Behaviour behaviour = evidence.behaviour();
    Long skew = behaviour.skewMillis();
    long skewed = skew == null ? 0 : Math.abs(skew);
    long rejected = behaviour.rejected();
    String cause = "refused-" + mostly(behaviour);
    Onsets onsets = behaviour.onsets();
    if (isMostRefused(rejected, behaviour.readings())) {
      return new On(State.BAD, onsets.mostRefused(), cause);
    }
    if (skewed >= SKEW_BAD_MILLIS && behaviour.lateShare() <= LATE_SHARE_MOST) {
      return new On(State.BAD, known(onsets.skewedMuch(), onsets), "clock-skew");
    }
    if (behaviour.lastHourRejections() > 0) {
      return new On(State.SUSPECT, onsets.refused(), cause);
    }
    On suspicion = suspicion(behaviour, skewed);
    if (suspicion != null) {
      return suspicion;
    }
    String outlier = outlier(behaviour, evidence.bounds());
    return outlier == null
        ? new On(State.GOOD, onsets.acceptedAgain(), "nothing-found")
        : new On(State.SUSPECT, onsets.firstKnown(), outlier); // what is usual is so of a day
  }

  private static On suspect(@Nullable Long since, Onsets onsets, String reason) {
    return new On(State.SUSPECT, known(since, onsets), reason);
  }

  /** The medians of all hours may be what none of them is: then it is so of the day. */
  private static @Nullable Long known(@Nullable Long since, Onsets onsets) {
    return since == null ? onsets.firstKnown() : since;
  }

  private static String mostly(Behaviour behaviour) {
    return behaviour.rejections().entrySet().stream()
        .max(Map.Entry.<String, Long>comparingByValue().thenComparing(Map.Entry.comparingByKey()))
        .map(Map.Entry::getKey)
        .orElse("");
  }

  private static @Nullable On suspicion(Behaviour behaviour, long skewedMillis) {
    Onsets onsets = behaviour.onsets();
    Long drift = behaviour.driftMillisPerDay();
    if (behaviour.takeovers() >= TAKEOVERS_SUSPECT) {
      return suspect(onsets.takenOver(), onsets, "taken-over");
    }
    if (behaviour.ends() >= FLAPS_SUSPECT) {
      return suspect(onsets.flapping(), onsets, "flapping");
    }
    if (behaviour.lateShare() > LATE_SHARE_SUSPECT) {
      return suspect(onsets.late(), onsets, "late-readings");
    }
    if (skewedMillis >= SKEW_SUSPECT_MILLIS) {
      return suspect(onsets.skewed(), onsets, "clock-skew");
    }
    if (drift != null && Math.abs(drift) >= DRIFT_SUSPECT_MILLIS) {
      return suspect(onsets.firstStamped(), onsets, "clock-drift");
    }
    return behaviour.gaps() >= GAPS_SUSPECT ? suspect(onsets.firstGap(), onsets, "gaps") : null;
  }

  private static @Nullable String outlier(Behaviour behaviour, @Nullable ModelBounds bounds) {
    if (bounds == null || behaviour.readings() == 0) {
      return null;
    }
    Long skew = behaviour.skewMillis();
    ModelBounds.Range skews = bounds.skewMillis();
    if (bounds.lateShare().isBeyond(behaviour.lateShare())) {
      return "outlier-late-share";
    }
    if (skews != null && skew != null && skews.isBeyond((double) skew)) {
      return "outlier-skew";
    }
    return bounds.readings().isBeyond((double) behaviour.readings()) ? "outlier-rate" : null;
  }
}
