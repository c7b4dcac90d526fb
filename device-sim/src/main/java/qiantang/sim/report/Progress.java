package qiantang.sim.report;

import java.io.PrintWriter;
import java.util.Locale;
import org.HdrHistogram.Histogram;
import qiantang.sim.fleet.Figures;

/** One line a second about a running fleet. */
public final class Progress {
  private static final double NANOS_PER_SECOND = 1e9;

  private final PrintWriter err;
  private final Figures figures;
  private final Figures.Latencies totals;
  private final long startNanos;
  private long lastNanos;
  private long lastSent;
  private String lastTrouble = "";

  public Progress(PrintWriter err, Figures figures, Figures.Latencies totals, long nowNanos) {
    this.err = err;
    this.figures = figures;
    this.totals = totals;
    this.startNanos = nowNanos;
    this.lastNanos = nowNanos;
  }

  /** Prints what happened since the last line. */
  public void line(long nowNanos) {
    Histogram acks = figures.drainInto(totals).ack();
    Figures.Counts counts = figures.counts();
    double seconds = (nowNanos - lastNanos) / NANOS_PER_SECOND;
    double rate = seconds > 0 ? (counts.sent() - lastSent) / seconds : 0;
    err.printf(
        Locale.ROOT,
        "%4.0f s  %d connected  %.0f/s  sent %d  acked %d  in flight %d  refused %d  late %d"
            + "  p99 %.1f ms%n",
        (nowNanos - startNanos) / NANOS_PER_SECOND,
        counts.loggedIn(),
        rate,
        counts.sent(),
        counts.acked(),
        counts.inFlight(),
        counts.refused(),
        counts.late(),
        acks.getValueAtPercentile(99) / 1_000.0);
    String trouble = figures.lastTrouble();
    if (!trouble.equals(lastTrouble)) {
      err.println("        " + trouble);
    }
    err.flush();
    lastTrouble = trouble;
    lastNanos = nowNanos;
    lastSent = counts.sent();
  }
}
