package qiantang.sim.report;

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
 * @param own what the simulator itself took
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
    Own own) {
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

  /**
   * What this process took.
   *
   * @param cpuNanos processor time of all its threads
   * @param gcMillis in which all its threads stood still for the garbage collector
   * @param heapBytes in use at the end
   */
  public record Own(long cpuNanos, long gcMillis, long heapBytes) {}

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
        new Own(
            own.cpuNanos + next.own.cpuNanos,
            own.gcMillis + next.own.gcMillis,
            Math.max(own.heapBytes, next.own.heapBytes)));
  }

  /** The same with what stood at the end of another. */
  Interval standingAs(Interval other) {
    return new Interval(
        fromMillis, toMillis, phase, traffic, other.standing, ack, ackFromSend, lag, probes, own);
  }

  public double seconds() {
    return (toMillis - fromMillis) / MILLIS_PER_SECOND;
  }

  public double perSecond(long count) {
    return toMillis > fromMillis ? count / seconds() : 0;
  }

  /** Processor time by time: 1 is one core, all the time. */
  public double cores() {
    return toMillis > fromMillis ? own.cpuNanos / 1e9 / seconds() : 0;
  }

  /** Share of the time that the garbage collector stopped everything. */
  public double gcShare() {
    return toMillis > fromMillis ? own.gcMillis / MILLIS_PER_SECOND / seconds() : 0;
  }
}
