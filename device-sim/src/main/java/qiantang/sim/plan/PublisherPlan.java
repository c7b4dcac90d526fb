package qiantang.sim.plan;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one connection sends. Message n is due when the work of the load curve reaches {@code phase
 * + n * period + jitter(n)}; it holds one reading of each of its devices, with that instant as
 * event time unless the scenario asks for disorder. A direct device is a publisher with one device,
 * itself. In Sparkplug, which has a message for each device, k devices take turns: message n is of
 * device n modulo k, and there are k messages a period. Everything is a function of (seed, n), in
 * any order of n.
 *
 * @param fleet what it has in common with its like
 * @param index its number in the run
 * @param id of the gateway or device that logs in
 * @param messages how many are planned in all
 * @param load how fast the plan's time goes
 * @param times which instant a message tells of
 * @param breakage which messages are not what they should be
 */
public record PublisherPlan(
    FleetSpec fleet,
    int index,
    String id,
    long seed,
    List<DevicePlan> devices,
    long messages,
    LoadCurve load,
    EventTimes times,
    Breakage breakage) {
  private static final long NANOS_PER_MILLI = 1_000_000;

  /** A publisher that plans for ever. */
  public static final long ENDLESS = Long.MAX_VALUE;

  /** A publisher of a run that lasts so long. */
  static PublisherPlan of(
      FleetSpec fleet,
      int index,
      String id,
      long seed,
      List<DevicePlan> devices,
      Scenario scenario,
      LoadCurve load) {
    long endNanos = scenario.duration().toNanos();
    EventTimes times = new EventTimes(scenario.disorder(), seed, endNanos, fleet.turns());
    Breakage breakage = Breakage.of(scenario.faults().malformed(), fleet.dialect(), seed);
    PublisherPlan endless =
        new PublisherPlan(fleet, index, id, seed, devices, ENDLESS, load, times, breakage);
    // Jitter only delays, so what is planned before the end is a beginning of the sequence.
    long work = load.workAt(endNanos) + 1;
    long messages = Math.max(0, work - endless.phaseNanos()) / endless.periodNanos() + 1;
    while (messages > 0 && endless.plannedNanos(messages - 1) >= endNanos) {
      messages--;
    }
    return new PublisherPlan(fleet, index, id, seed, devices, messages, load, times, breakage);
  }

  static PublisherPlan endless(
      FleetSpec fleet, int index, String id, long seed, List<DevicePlan> devices) {
    EventTimes times = new EventTimes(Disorder.NONE, seed, ENDLESS, fleet.turns());
    return new PublisherPlan(
        fleet, index, id, seed, devices, ENDLESS, LoadCurve.STEADY, times, Breakage.NONE);
  }

  /** The same plan, of which only the first messages are sent. */
  public PublisherPlan first(long messagesMax) {
    return new PublisherPlan(
        fleet, index, id, seed, devices, Math.min(messages, messagesMax), load, times, breakage);
  }

  /** The same plan under ids that do not begin with this. */
  PublisherPlan without(String prefix) {
    return new PublisherPlan(
        fleet,
        index,
        cut(id, prefix),
        seed,
        devices.stream().map(device -> device.without(prefix)).toList(),
        messages,
        load,
        times,
        breakage);
  }

  static String cut(String id, String prefix) {
    return id.startsWith(prefix) ? id.substring(prefix.length()) : id;
  }

  /** Where message n goes. */
  public String topic(long n) {
    String topic =
        switch (fleet.dialect()) {
          case THINGSBOARD -> fleet.gateway() ? "v1/gateway/telemetry" : "v1/devices/me/telemetry";
          case SPARKPLUG -> new EdgeNodePlan(this).dataTopic(turn(n));
        };
    return broken(n) == Faults.MalformedKind.HUGE_TOPIC ? Breakage.hugeTopic(topic) : topic;
  }

  /** How message n is broken, or null if it is not. A copy of a broken message is broken too. */
  public Faults.@Nullable MalformedKind broken(long n) {
    return breakage.none() ? null : breakage.kindOf(original(n));
  }

  /** Whether no message is broken. */
  public boolean isSound() {
    return breakage.none();
  }

  /** The device that message n is of, where devices take turns; else 0. */
  int turn(long n) {
    return Math.toIntExact(Math.floorMod(original(n), fleet.turns()));
  }

  /**
   * Whether message n, or that whose copy it is, holds a reading of device number {@code device}.
   */
  public boolean reports(int device, long n) {
    return fleet.turns() == 1 || turn(n) == device;
  }

  /** When message n should go, in ns after the beginning of the run; never less than for n - 1. */
  public long plannedNanos(long n) {
    long jitterMax = (long) (periodNanos() * fleet.jitter());
    return load.timeOf(phaseNanos() + n * periodNanos() + (long) (Mix.unit(seed, n) * jitterMax));
  }

  /**
   * The message of which n is a copy, byte for byte, or n itself if it is none. Only the original's
   * samples can be told apart in what is read back.
   */
  public long original(long n) {
    return times.original(n);
  }

  /** How many messages below this one are copies. */
  public long copies(long below) {
    if (times.disorder().duplicates() == 0) {
      return 0;
    }
    long copies = 0;
    for (long n = 0; n < below; n++) {
      copies += original(n) == n ? 0 : 1;
    }
    return copies;
  }

  /** The true instant that message n tells of, in ns after the beginning; may be negative. */
  public long instantNanos(long n) {
    long original = original(n);
    return times.instantNanos(original, plannedNanos(times.beatOf(original)));
  }

  /** How long before the beginning of the run the oldest event time may be, in milliseconds. */
  public long pastMillis() {
    return times.pastMillis();
  }

  /** How long after the last planned time the newest event time may be, in milliseconds. */
  public long futureMillis() {
    return times.futureMillis();
  }

  /** What message n says when that was, by the publisher's own clock. */
  public long eventTimeMillis(long n, long startMillis) {
    return startMillis + times.clockMillis(original(n), instantNanos(n));
  }

  /** The first message with this event time, or -1 if none was planned. */
  public long messageAt(long eventTimeMicros, long startMillis) {
    if (eventTimeMicros % 1_000 != 0) {
      return -1;
    }
    long millis = eventTimeMicros / 1_000;
    EventTimes.Place place = times.placeOf(millis - startMillis);
    // Times are cut to milliseconds and jitter delays: it is one of these beats, or next to them.
    for (long beat = Math.max(0, beatAt(place.firstPlannedNanos()) - 1);
        beat <= beatAt(place.lastPlannedNanos()) + 1;
        beat++) {
      long n = beat + place.back();
      if (n < messages && original(n) == n && eventTimeMillis(n, startMillis) == millis) {
        return n;
      }
    }
    return -1;
  }

  private long beatAt(long nanos) {
    return Math.floorDiv(load.workAt(nanos) - phaseNanos(), periodNanos());
  }

  /** What device number {@code device} of this publisher reports in message n. */
  public List<MetricValue> values(int device, long n) {
    DevicePlan plan = devices.get(device);
    return plan.model()
        .values(plan.signal(original(n), Math.floorDiv(instantNanos(n), NANOS_PER_MILLI)));
  }

  /** The payload of message n: the same bytes at every call, as a resend needs them. */
  public byte[] payload(long n, long startMillis) {
    return payload(n, startMillis, SparkplugPlan.NO_SEQ);
  }

  /**
   * The payload of message n as it goes over a connection.
   *
   * @param seq of the connection, 0 to 255; JSON has none
   */
  public byte[] payload(long n, long startMillis, int seq) {
    return switch (fleet.dialect()) {
      case THINGSBOARD -> new ThingsBoardPlan(this, startMillis).payload(n);
      case SPARKPLUG -> new SparkplugPlan(this, startMillis).payload(n, seq);
    };
  }

  private long periodNanos() {
    return fleet.messagePeriod().toNanos();
  }

  /** Publishers of one period are spread over it, else each second would begin with a burst. */
  private long phaseNanos() {
    return (long) (Mix.unit(~seed, 0) * periodNanos());
  }
}
