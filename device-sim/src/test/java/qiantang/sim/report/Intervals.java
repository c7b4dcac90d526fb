package qiantang.sim.report;

import java.util.List;
import qiantang.sim.fleet.ProcessHealth;

/** Seconds of invented runs. */
final class Intervals {
  private static final long SECOND = 1_000_000_000;

  private Intervals() {}

  static Interval second(int second, String phase, long sent, Spread ack) {
    return new Interval(
        1_000L * second,
        1_000L * (second + 1),
        phase,
        new Interval.Traffic(sent, sent, ack.count(), 0, 0, 0, 0, 0),
        new Interval.Standing(5, 1, 0),
        ack,
        ack,
        ack,
        new Interval.Probed(ack, 2),
        new ProcessHealth(250_000_000, 3, 40 << 20, SECOND),
        List.of(
            new ProcessHealth(500_000_000, 0, 20 << 20, SECOND),
            new ProcessHealth(9, 2, 30 << 20, SECOND)));
  }

  /** The same with all connections ended. */
  static Interval closed(Interval of) {
    return new Interval(
        of.fromMillis(),
        of.toMillis(),
        of.phase(),
        of.traffic(),
        new Interval.Standing(0, 0, 0),
        of.ack(),
        of.ackFromSend(),
        of.lag(),
        of.probes(),
        of.own(),
        of.workers());
  }
}
