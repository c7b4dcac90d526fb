package qiantang.sim.fleet;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * What a fleet counts and times, all in one time base: the planned time. Each loop or process
 * counts for itself, and reading adds up: exactly, as counts are whole and histograms have the same
 * buckets. Any thread may read the counts, one the times.
 */
public final class Figures {
  /** An hour: what takes longer counts as an hour. */
  public static final long MICROS_MAX = 3_600_000_000L;

  /** Significant digits of a histogram: a time is right to a thousandth. */
  public static final int DIGITS = 3;

  /** A message that goes out more than this after its planned time counts as late. */
  static final long LATE_NANOS = 10_000_000;

  private volatile List<FigureSource> sources = List.of();
  private volatile String lastTrouble = "";

  /** Where the figures come from; before any is read. */
  public void addAll(List<? extends FigureSource> parts) {
    sources = List.copyOf(parts);
  }

  /** Takes note of something that went wrong. */
  public void trouble(String text) {
    lastTrouble = text;
  }

  /** The newest thing that went wrong, or nothing. */
  public String lastTrouble() {
    return lastTrouble;
  }

  /** Why a publisher can never log in, whatever it tries; null where none is known. */
  public @Nullable String hopeless() {
    for (FigureSource source : sources) {
      String hopeless = source.hopeless();
      if (hopeless != null) {
        return hopeless;
      }
    }
    return null;
  }

  public Counts counts() {
    Counts all = Counts.NONE;
    for (FigureSource source : sources) {
      all = all.plus(source.counts());
    }
    return all;
  }

  /** Messages by fleet, in an order that stays. */
  public List<FleetCounts> byFleet() {
    Map<String, FleetCounts> all = new LinkedHashMap<>();
    for (FigureSource source : sources) {
      source.byFleet().forEach(fleet -> all.merge(fleet.fleet(), fleet, FleetCounts::plus));
    }
    return List.copyOf(all.values());
  }

  /**
   * What was counted up to one instant.
   *
   * @param atMostOnce sent with QoS 0, for which no acknowledgement exists
   * @param loggedIn connections that are logged in now; after the end, that were when it came
   * @param strayAcks acknowledgements of a packet id that was not in flight
   * @param connectionsLost that ended and did not leave
   * @param disturbed what the scenario did to connections
   */
  public record Counts(
      long sent,
      long acked,
      long refused,
      long atMostOnce,
      long resent,
      long late,
      long skipped,
      long strayAcks,
      long loggedIn,
      long loginsRefused,
      long connectionsLost,
      Disturbed disturbed) {
    public static final Counts NONE = new Counts(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, Disturbed.NONE);

    public long inFlight() {
      return sent - settled();
    }

    /** Messages of which nothing more will be heard. */
    public long settled() {
      return acked + refused + atMostOnce;
    }

    /** The counts of two parts together. */
    public Counts plus(Counts other) {
      return new Counts(
          sent + other.sent,
          acked + other.acked,
          refused + other.refused,
          atMostOnce + other.atMostOnce,
          resent + other.resent,
          late + other.late,
          skipped + other.skipped,
          strayAcks + other.strayAcks,
          loggedIn + other.loggedIn,
          loginsRefused + other.loginsRefused,
          connectionsLost + other.connectionsLost,
          disturbed.plus(other.disturbed));
    }
  }

  /**
   * What the scenario did to connections that were open.
   *
   * @param left by a DISCONNECT of their own
   * @param cut without one
   * @param halfOpened left open and dead
   * @param stoppedReading for a while
   */
  public record Disturbed(long left, long cut, long halfOpened, long stoppedReading) {
    public static final Disturbed NONE = new Disturbed(0, 0, 0, 0);

    Disturbed plus(Disturbed other) {
      return new Disturbed(
          left + other.left,
          cut + other.cut,
          halfOpened + other.halfOpened,
          stoppedReading + other.stoppedReading);
    }

    /** In words. */
    public String text() {
      return "%d left, %d cut, %d left half open, %d stopped reading"
          .formatted(left, cut, halfOpened, stoppedReading);
    }
  }

  /**
   * Adds up what was recorded since the last call; for one reading thread.
   *
   * @param ack from the planned time to PUBACK or PUBCOMP, in microseconds; of QoS 0 nothing
   * @param ackFromSend from the first byte sent: what a closed-loop tool would report
   * @param lag from the planned time to the loop noticing it
   */
  public record Latencies(Histogram ack, Histogram ackFromSend, Histogram lag) {
    public static Latencies empty() {
      return new Latencies(
          new Histogram(MICROS_MAX, DIGITS),
          new Histogram(MICROS_MAX, DIGITS),
          new Histogram(MICROS_MAX, DIGITS));
    }

    void add(Latencies more) {
      ack.add(more.ack);
      ackFromSend.add(more.ackFromSend);
      lag.add(more.lag);
    }
  }

  /** Moves what was recorded since the last call into the totals; answers that part alone. */
  public Latencies drainInto(Latencies totals) {
    Latencies recent = Latencies.empty();
    for (FigureSource source : sources) {
      recent.add(source.sinceLast());
    }
    totals.add(recent);
    return recent;
  }
}
