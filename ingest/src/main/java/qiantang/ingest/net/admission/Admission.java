package qiantang.ingest.net.admission;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SequencedSet;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import qiantang.ingest.net.admission.AdmissionMeter.Arrival;
import qiantang.store.journal.Ticker;
import qiantang.store.journal.Timers;

/**
 * Lets the connections of one event loop in, at a rate. Whoever comes faster waits, unread; sites
 * (see {@link Source}) take turns, so a flood from one waits behind itself; within a site it goes
 * by arrival. A site that has many half open waits until some of them log in or end. Event loop
 * only.
 */
public final class Admission {
  /** How often those that wait are looked at: a hundredth of a second's connections go at once. */
  private static final Duration TURN = Duration.ofMillis(10);

  /** A client gives up after 30 s, so nobody waits longer than about this. */
  private static final int WAITING_SECONDS = 20;

  /** Most half open, as seconds of the rate: a login takes less than a tenth of that. */
  private static final int HALF_OPEN_SECONDS = 2;

  /** One site may take this part of the half open, and half of the waiting places. */
  private static final int HALF_OPEN_SHARE = 4;

  // What a lull saves up for the next burst.
  private static final double BURST_SECONDS = 0.1;

  // Closed at once, they would be back at once, and all together.
  private static final int CLOSE_MILLIS_MIN = 100;
  private static final int CLOSE_MILLIS_MAX = 3000;

  /**
   * Bounds of one event loop.
   *
   * @param perSecond connections let in
   * @param waiting most that wait; as many more wait to be closed
   * @param halfOpen most that are let in and not logged in
   */
  public record Limits(double perSecond, int waiting, int halfOpen) {
    /** A loop's share of what a node lets in. */
    public static Limits of(int nodePerSecond, int loops) {
      double share = (double) nodePerSecond / loops;
      return new Limits(
          share,
          Math.max(64, (int) Math.min(1 << 20, share * WAITING_SECONDS)),
          Math.max(64, (int) Math.min(1 << 20, share * HALF_OPEN_SECONDS)));
    }

    int halfOpenOfSite() {
      return Math.max(1, halfOpen / HALF_OPEN_SHARE);
    }

    int waitingOfSite() {
      return Math.max(1, waiting / 2);
    }
  }

  /** Those of one site. */
  private static final class Line {
    private final SequencedSet<Gate> waiting = new LinkedHashSet<>();
    private int halfOpen;
    private boolean isReady;
  }

  private final AdmissionMeter meter;
  private final Ticker ticker;
  private final Timers timers;
  private final RandomGenerator random;
  private final Map<Object, Line> lines = new HashMap<>();

  // Lines of which somebody may go next, each once, in turn.
  private final ArrayDeque<Line> ready = new ArrayDeque<>();
  private Limits limits;
  private TokenBucket bucket;
  private int waiting;
  private int halfOpen;
  private int closing;
  private boolean isTurnSet;
  private boolean isClosed;

  /**
   * With nobody inside.
   *
   * @param timers run tasks on the event loop
   */
  public Admission(
      Limits limits, AdmissionMeter meter, Ticker ticker, Timers timers, RandomGenerator random) {
    this.limits = limits;
    this.meter = meter;
    this.ticker = ticker;
    this.timers = timers;
    this.random = random;
    bucket = new TokenBucket(limits.perSecond(), BURST_SECONDS, ticker.nanos());
  }

  /** From now on these bounds hold; whoever waits beyond them goes on waiting. */
  public void change(Limits other) {
    limits = other;
    bucket = new TokenBucket(other.perSecond(), BURST_SECONDS, ticker.nanos());
    lines.values().forEach(this::setReady); // more of a site may be half open
  }

  /** Nobody is let in any more: whoever waits is closed. */
  public void close() {
    isClosed = true;
    for (Line line : List.copyOf(lines.values())) {
      List.copyOf(line.waiting).forEach(Gate::close);
    }
  }

  void arrived(Gate gate) {
    if (isClosed) {
      gate.refuse();
      gate.close();
      return;
    }
    Line line = lines.computeIfAbsent(gate.site(), site -> new Line());
    bucket.fill(ticker.nanos());
    if (ready.isEmpty() && mayEnter() && line.halfOpen < limits.halfOpenOfSite()) {
      meter.arrived(Arrival.ADMITTED);
      enter(line, gate);
    } else if (waiting < limits.waiting() && line.waiting.size() < limits.waitingOfSite()) {
      line.waiting.add(gate);
      waiting++;
      meter.waiting(1);
      gate.waits();
      setReady(line);
    } else {
      forget(gate.site(), line);
      refuse(gate);
    }
  }

  /** One that waited has gone. */
  void left(Gate gate) {
    Line line = line(gate);
    line.waiting.remove(gate);
    waiting--;
    meter.waiting(-1);
    meter.arrived(Arrival.LEFT);
    forget(gate.site(), line);
  }

  /** One that was let in has logged in or gone. */
  void settled(Gate gate) {
    Line line = line(gate);
    line.halfOpen--;
    halfOpen--;
    meter.halfOpen(-1);
    setReady(line);
    forget(gate.site(), line);
  }

  private void turn() {
    isTurnSet = false;
    bucket.fill(ticker.nanos());
    while (!ready.isEmpty() && mayEnter()) {
      Line line = ready.remove();
      line.isReady = false;
      if (!line.waiting.isEmpty()) {
        Gate gate = line.waiting.removeFirst();
        waiting--;
        meter.waiting(-1);
        meter.arrived(Arrival.DELAYED);
        enter(line, gate);
        setReady(line);
      }
    }
    setTurn();
  }

  private void enter(Line line, Gate gate) {
    bucket.take();
    line.halfOpen++;
    halfOpen++;
    meter.halfOpen(1);
    gate.letIn();
  }

  private void refuse(Gate gate) {
    meter.arrived(Arrival.REFUSED);
    gate.refuse();
    if (closing >= limits.waiting()) {
      gate.close();
      return;
    }
    closing++;
    int millis = random.nextInt(CLOSE_MILLIS_MIN, CLOSE_MILLIS_MAX + 1);
    timers.after(
        Duration.ofMillis(millis),
        () -> {
          closing--;
          gate.close();
        });
  }

  private boolean mayEnter() {
    return bucket.hasOne() && halfOpen < limits.halfOpen();
  }

  private void setReady(Line line) {
    boolean mayGo = !line.waiting.isEmpty() && line.halfOpen < limits.halfOpenOfSite();
    if (mayGo && !line.isReady) {
      line.isReady = true;
      ready.add(line);
    }
    setTurn();
  }

  private void setTurn() {
    if (!isTurnSet && !ready.isEmpty() && !isClosed) {
      isTurnSet = true;
      timers.after(TURN, this::turn);
    }
  }

  private void forget(Object site, Line line) {
    if (line.waiting.isEmpty() && line.halfOpen == 0) {
      lines.remove(site, line);
    }
  }

  private Line line(Gate gate) {
    @Nullable Line line = lines.get(gate.site());
    if (line == null) {
      throw new AssertionError("BUG: a gate without a line");
    }
    return line;
  }
}
