package qiantang.sim.report;

import static java.lang.String.format;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import qiantang.sim.fleet.ProcessHealth;
import qiantang.sim.outcome.Count;
import qiantang.sim.probe.ProbeCounts;

/**
 * A running fleet for a person's eyes: a panel that is drawn again in place on a terminal, one line
 * a second elsewhere. One thread.
 */
public final class LiveDisplay {
  private static final String CLEAR_LINE = "\u001b[2K";
  private static final String CLEAR_BELOW = "\u001b[J";
  private static final String RESET = "\u001b[0m";

  /** Narrower than the narrowest terminal, or the panel would wrap and not be drawn in place. */
  private static final int COLUMNS_MAX = 78;

  /** Of a line, beside its head. */
  private static final int TEXT_COLUMNS = COLUMNS_MAX - 9;

  /** Of one text, so that the panel keeps its place. */
  private static final int WRAPPED_LINES_MAX = 3;

  private static final double LAG_MILLIS_GOOD = 2;

  /** A worker with one loop has one thread that sends; above this it has nothing to spare. */
  private static final double CORES_GOOD = 0.9;

  private static final long MIB = 1 << 20;

  private final PrintWriter err;
  private final Screen screen;
  private final String title;
  private final int publishers;
  private final int devices;
  private final Supplier<String> course;
  private final Sparkline acked = new Sparkline();
  private final Sparkline p99 = new Sparkline();
  private int linesDrawn;
  private String lastTrouble = "";
  private String lastWaiting = "";
  private String lastCourse = "";

  private enum Colour {
    PLAIN(""),
    DIM("\u001b[2m"),
    GOOD("\u001b[32m"),
    WARNS("\u001b[33m"),
    BAD("\u001b[31m");

    private final String code;

    Colour(String code) {
      this.code = code;
    }
  }

  private record Line(String head, String text, String tail, Colour colour) {}

  /**
   * A display that has drawn nothing yet.
   *
   * @param title what is running
   * @param course what was done to the run on purpose so far, or nothing
   */
  public LiveDisplay(
      PrintWriter err,
      Screen screen,
      String title,
      int publishers,
      int devices,
      Supplier<String> course) {
    this.err = err;
    this.screen = screen;
    this.title = title;
    this.publishers = publishers;
    this.devices = devices;
    this.course = course;
  }

  public void show(RunWatch.View view) {
    if (!screen.redraws()) {
      err.println(line(view));
      if (!view.trouble().equals(lastTrouble)) {
        err.println("        " + view.trouble());
      }
      lastTrouble = view.trouble();
      if (!view.waiting().equals(lastWaiting) && !view.waiting().isEmpty()) {
        err.println("        " + view.waiting());
      }
      lastWaiting = view.waiting();
      String done = course.get();
      if (!done.equals(lastCourse)) {
        err.println("        on purpose: " + done);
      }
      lastCourse = done;
      err.flush();
      return;
    }
    acked.add(view.last().perSecond(view.last().traffic().acked()));
    p99.add(view.last().ack().p99());
    StringBuilder out = new StringBuilder();
    if (linesDrawn > 0) {
      out.append("\u001b[" + linesDrawn + "A");
    }
    List<Line> lines = panel(view);
    for (Line line : lines) {
      out.append(CLEAR_LINE).append(drawn(line)).append('\n');
    }
    out.append(CLEAR_BELOW);
    linesDrawn = lines.size();
    err.print(out);
    err.flush();
  }

  private String line(RunWatch.View view) {
    Interval last = view.last();
    ProbeCounts probes = view.probes();
    String visible =
        probes.chosen() == 0
            ? ""
            : "visible p99 %s (%d absent, %d skipped)  "
                .formatted(
                    millis(last.probes().visible().p99()), probes.absent(), probes.skipped());
    return format(
        Locale.ROOT,
        "%5.0f s  %-8s %d connected  %s%s  offered %.0f/s  sent %.0f/s  acked %.0f/s  in flight %d"
            + "  backlog %d  late %d  refused %d  lag p99 %s  own CPU %.2f cores%s",
        last.toMillis() / 1e3,
        last.phase(),
        last.standing().connected(),
        visible,
        "p99 " + millis(last.ack().p99()),
        last.perSecond(last.traffic().offered()),
        last.perSecond(last.traffic().sent()),
        last.perSecond(last.traffic().acked()),
        last.standing().inFlight(),
        last.standing().backlog(),
        view.total().late(),
        view.total().refused(),
        millis(last.lag().p99()),
        last.cores(),
        last.workers().isEmpty() ? "" : "  workers " + workers(last).text());
  }

  private List<Line> panel(RunWatch.View view) {
    Interval last = view.last();
    Interval.Traffic total = view.total();
    Interval.Standing standing = last.standing();
    List<Line> lines = new ArrayList<>();
    lines.add(new Line("run", title + ", " + phase(view), "", Colour.PLAIN));
    lines.add(
        new Line(
            "fleet",
            format(
                Locale.ROOT,
                "%d of %d connected, %s, lost %d, logins refused %d",
                standing.connected(),
                publishers,
                Count.of(devices, "device"),
                total.connectionsLost(),
                total.loginsRefused()),
            "",
            standing.connected() == publishers ? Colour.GOOD : Colour.WARNS));
    lines.add(
        new Line(
            "rate",
            format(
                Locale.ROOT,
                "offered %.0f/s  sent %.0f/s  acked %.0f/s  ",
                last.perSecond(last.traffic().offered()),
                last.perSecond(last.traffic().sent()),
                last.perSecond(last.traffic().acked())),
            acked.text(),
            Colour.PLAIN));
    lines.add(
        new Line(
            "latency",
            format(
                Locale.ROOT,
                "p50 %s  p99 %s  max %s  ",
                millis(last.ack().p50()),
                millis(last.ack().p99()),
                millis(last.ack().max())),
            p99.text(),
            Colour.PLAIN));
    if (view.probes().chosen() > 0) {
      lines.add(visible(view.last().probes().visible(), view.probes()));
    }
    lines.add(total(total));
    lines.add(
        new Line(
            "backlog",
            format(
                Locale.ROOT,
                "%d due and unsent, %d in flight",
                standing.backlog(),
                standing.inFlight()),
            "",
            standing.backlog() == 0 ? Colour.GOOD : Colour.WARNS));
    lines.add(own(last));
    if (!last.workers().isEmpty()) {
      lines.add(workers(last));
    }
    String done = course.get();
    if (!done.isEmpty()) {
      lines.add(new Line("purpose", done, "", Colour.PLAIN));
    }
    addWrapped(lines, "trouble", view.trouble());
    addWrapped(lines, "waits", view.waiting());
    return lines;
  }

  /** Whole, where it has at most three lines: what to do about it stands at its end. */
  private static void addWrapped(List<Line> lines, String head, String text) {
    String rest = text.strip();
    for (int i = 0; i < WRAPPED_LINES_MAX && !rest.isEmpty(); i++) {
      int end = rest.length();
      if (end > TEXT_COLUMNS && i < WRAPPED_LINES_MAX - 1) {
        int space = rest.lastIndexOf(' ', TEXT_COLUMNS);
        end = space > 0 ? space : TEXT_COLUMNS;
      }
      lines.add(new Line(i == 0 ? head : "", rest.substring(0, end), "", Colour.WARNS));
      rest = rest.substring(end).strip();
    }
  }

  private static Line total(Interval.Traffic total) {
    return new Line(
        "total",
        format(
            Locale.ROOT,
            "sent %d  acked %d  refused %d  late %d  resent %d",
            total.sent(),
            total.acked(),
            total.refused(),
            total.late(),
            total.resent()),
        "",
        total.refused() == 0 ? Colour.PLAIN : Colour.BAD);
  }

  private static Line visible(Spread last, ProbeCounts total) {
    return new Line(
        "visible",
        format(
            Locale.ROOT,
            "p50 %s  p99 %s  max %s, %d waited for, %d absent, %d skipped",
            millis(last.p50()),
            millis(last.p99()),
            millis(last.max()),
            total.waiting(),
            total.absent(),
            total.skipped()),
        "",
        total.absent() + total.skipped() == 0 ? Colour.PLAIN : Colour.BAD);
  }

  private static Line own(Interval last) {
    return new Line(
        "self",
        format(
            Locale.ROOT,
            "CPU %.0f %% of one core, GC %.1f %%, lag p99 %s, heap %d MiB",
            100 * last.cores(),
            100 * last.gcShare(),
            millis(last.lag().p99()),
            last.own().heapBytes() / MIB),
        "",
        last.lag().p99() > LAG_MILLIS_GOOD ? Colour.BAD : Colour.GOOD);
  }

  /** Their sum, and the worst of each figure: one that is full slows the whole run. */
  private static Line workers(Interval last) {
    double cores = 0;
    double coresMost = 0;
    double gcMost = 0;
    long heap = 0;
    long heapMost = 0;
    for (ProcessHealth worker : last.workers()) {
      cores += worker.cores();
      coresMost = Math.max(coresMost, worker.cores());
      gcMost = Math.max(gcMost, worker.gcShare());
      heap += worker.heapBytes();
      heapMost = Math.max(heapMost, worker.heapBytes());
    }
    return new Line(
        "workers",
        format(
            Locale.ROOT,
            "%d: CPU %.0f %%, heap %d MiB; worst CPU %.0f %%, GC %.1f %%, heap %d MiB",
            last.workers().size(),
            100 * cores,
            heap / MIB,
            100 * coresMost,
            100 * gcMost,
            heapMost / MIB),
        "",
        coresMost > CORES_GOOD ? Colour.WARNS : Colour.GOOD);
  }

  private static String phase(RunWatch.View view) {
    String of =
        view.phaseMillisMax() > 0
            ? format(Locale.ROOT, " of at most %.0f s", view.phaseMillisMax() / 1e3)
            : "";
    return format(Locale.ROOT, "%s: %.0f s%s", view.last().phase(), view.phaseMillis() / 1e3, of);
  }

  private String drawn(Line line) {
    String head = format(Locale.ROOT, "%-9s", line.head());
    // What a server says may hold anything, and must not move the cursor.
    String text = line.text().replaceAll("\\p{Cntrl}", " ");
    int room = Math.max(0, COLUMNS_MAX - head.length() - line.tail().length());
    if (text.length() > room) {
      text = text.substring(0, Math.max(0, room - 1)) + "…";
    }
    if (!screen.colours()) {
      return head + text + line.tail();
    }
    return Colour.DIM.code + head + RESET + line.colour().code + text + RESET + line.tail();
  }

  private static String millis(double millis) {
    if (Double.isNaN(millis)) {
      return "-";
    }
    return format(
        Locale.ROOT, millis < 10 ? "%.2f ms" : millis < 10_000 ? "%.0f ms" : "%.3g ms", millis);
  }
}
