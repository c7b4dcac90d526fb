package qiantang.sim.report;

import java.util.List;
import java.util.stream.IntStream;
import qiantang.sim.fleet.ProcessHealth;

/**
 * What happened in a stretch of a run.
 *
 * @param fromMillis its beginning, since the run began
 * @param toMillis its end
 * @param phase what the run was doing, such as {@code connect}
 * @param traffic messages counted in it
 * @param standing how things stood at its end
 * @param ack from the planned time to PUBACK
 * @param ackFromSend from sending to PUBACK: what a tool that waits for answers would report
 * @param lag from the planned time to the generator noticing it
 * @param probes what the query API showed of the messages that it was asked for
 * @param own what this process took
 * @param workers what each worker process took; empty without workers, and until each has told of
 *     itself twice
 */
public record Interval(
    long fromMillis,
    long toMillis,
    String phase,
    Traffic traffic,
    Standing standing,
    Spread ack,
    Spread ackFromSend,
    Spread lag,
    Probed probes,
    ProcessHealth own,
    List<ProcessHealth> workers) {
  private static final double MILLIS_PER_SECOND = 1_000;

  /**
   * Messages.
   *
   * @param offered fell due by the plan
   * @param sent for the first time
   * @param late sent more than 10 ms after the planned time
   */
  public record Traffic(
      long offered,
      long sent,
      long acked,
      long refused,
      long late,
      long resent,
      long connectionsLost,
      long loginsRefused) {
    Traffic plus(Traffic o) {
      return new Traffic(
          offered + o.offered,
          sent + o.sent,
          acked + o.acked,
          refused + o.refused,
          late + o.late,
          resent + o.resent,
          connectionsLost + o.connectionsLost,
          loginsRefused + o.loginsRefused);
    }

    Traffic minus(Traffic o) {
      return new Traffic(
          offered - o.offered,
          sent - o.sent,
          acked - o.acked,
          refused - o.refused,
          late - o.late,
          resent - o.resent,
          connectionsLost - o.connectionsLost,
          loginsRefused - o.loginsRefused);
    }
  }

  /**
   * How things stand.
   *
   * @param connected logged in
   * @param inFlight sent and not answered
   * @param backlog due and not sent
   */
  public record Standing(long connected, long inFlight, long backlog) {}

  /**
   * Messages that the query API was asked for.
   *
   * @param visible from the planned time to the answer that held it
   * @param waiting at its end
   */
  public record Probed(Spread visible, long waiting) {
    public static final Probed NONE = new Probed(Spread.NONE, 0);

    Probed plus(Probed next) {
      return new Probed(visible.plus(next.visible), next.waiting);
    }
  }

  /** This stretch and the one right after it as one. */
  Interval plus(Interval next) {
    return new Interval(
        fromMillis,
        next.toMillis,
        phase,
        traffic.plus(next.traffic),
        next.standing,
        ack.plus(next.ack),
        ackFromSend.plus(next.ackFromSend),
        lag.plus(next.lag),
        probes.plus(next.probes),
        own.plus(next.own),
        together(workers, next.workers));
  }

  private static List<ProcessHealth> together(List<ProcessHealth> first, List<ProcessHealth> next) {
    if (first.isEmpty()) {
      return next;
    }
    return IntStream.range(0, first.size()).mapToObj(w -> first.get(w).plus(next.get(w))).toList();
  }

  /** The same with what stood at the end of another. */
  Interval standingAs(Interval other) {
    return new Interval(
        fromMillis,
        toMillis,
        phase,
        traffic,
        other.standing,
        ack,
        ackFromSend,
        lag,
        probes,
        own,
        workers);
  }

  public double seconds() {
    return (toMillis - fromMillis) / MILLIS_PER_SECOND;
  }

  public double perSecond(long count) {
    return toMillis > fromMillis ? count / seconds() : 0;
  }

  /** Processor time by time: 1 is one core, all the time. */
  public double cores() {
    return own.cores();
  }

  /** Share of the time that the garbage collector stopped everything. */
  public double gcShare() {
    return own.gcShare();
  }
}
