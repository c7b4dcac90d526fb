package qiantang.store.simulation;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.Executor;
import qiantang.store.journal.Ticker;
import qiantang.store.journal.Timers;

/**
 * Where one process runs: a wall clock that may be wrong, a ticker, timers and one thread. It can
 * stall and go on, and it can die and begin a new life that knows nothing of the old one.
 */
final class Machine implements InstantSource, Ticker, Timers, Executor {
  // Overflows some seconds into every world: only differences of it may be compared.
  private static final long TICKER_BEGIN = Long.MAX_VALUE - 10 * VirtualTime.SECOND;

  private final String name;
  private final VirtualTime time;
  private final Dice dice;
  private final Trace trace;
  private final Queue<Runnable> answers = new ArrayDeque<>();
  private final Queue<Runnable> timers = new ArrayDeque<>();
  private int life;
  private boolean stalled;
  private long tickerBehindNanos;
  private long wallAheadNanos;
  private long setBackAtNanos = -VirtualTime.HOUR;
  private long setBackByNanos;

  Machine(String name, VirtualTime time, Dice dice, Trace trace) {
    this.name = name;
    this.time = time;
    this.dice = dice;
    this.trace = trace;
  }

  String name() {
    return name;
  }

  @Override
  public Instant instant() {
    return time.instant().plusNanos(wallAheadNanos);
  }

  @Override
  public long millis() {
    return Math.floorDiv(time.micros() + wallAheadNanos / 1000, 1000L);
  }

  @Override
  public long nanos() {
    return TICKER_BEGIN + time.nanos() - tickerBehindNanos;
  }

  /** How far the wall clock is from the true time. */
  long wallAheadNanos() {
    return wallAheadNanos;
  }

  /** Sets the wall clock, as NTP or an operator does; not while the machine is stalled. */
  void setWallClock(long aheadNanos) {
    if (stalled) {
      return;
    }
    if (aheadNanos < wallAheadNanos) {
      setBackAtNanos = time.nanos();
      setBackByNanos = wallAheadNanos - aheadNanos;
    }
    trace.note(name, "clock ahead, s", aheadNanos / VirtualTime.SECOND, null);
    wallAheadNanos = aheadNanos;
  }

  /** Which life this is, from 0. */
  int life() {
    return life;
  }

  boolean isStalled() {
    return stalled;
  }

  @Override
  public void after(Duration delay, Runnable task) {
    long late = time.timersLateNanos();
    long nanos =
        late == 0 ? delay.toNanos() : Math.max(delay.toNanos(), dice.between(late / 2, late));
    timer(nanos() + delay.toNanos(), nanos, life, task);
  }

  private void timer(long dueTicker, long delayNanos, int ofLife, Runnable task) {
    time.after(
        delayNanos,
        () -> {
          if (ofLife != life) {
            return;
          }
          if (stalled) {
            timers.add(() -> timer(dueTicker, 0, ofLife, task));
            return;
          }
          long leftNanos = dueTicker - nanos();
          if (leftNanos > 0) {
            timer(dueTicker, leftNanos, ofLife, task); // the ticker stood still for a while
          } else {
            task.run();
          }
        });
  }

  @Override
  public void execute(Runnable task) {
    int ofLife = life;
    time.soon(() -> arrive(ofLife, task));
  }

  /** Something reaches the process: at once, when it goes on again, or never if it has died. */
  void arrive(int ofLife, Runnable task) {
    if (ofLife != life) {
      return;
    }
    if (stalled) {
      answers.add(() -> arrive(ofLife, task));
    } else {
      task.run();
    }
  }

  /**
   * Nothing runs here for so long.
   *
   * @param suspends whether the ticker stands still meanwhile, as on a suspended machine
   */
  void stall(long forNanos, boolean suspends) {
    if (stalled) {
      return;
    }
    // A clock set back just before by as long as the sleep hides it from both clocks, and nobody
    // can
    // know of it: such a coincidence is left out.
    boolean hides =
        time.nanos() - setBackAtNanos < VirtualTime.MINUTE
            && Math.abs(setBackByNanos - forNanos) < 90 * VirtualTime.SECOND;
    boolean suspended = suspends && !hides;
    trace.note(
        name, suspended ? "suspended, s" : "stalled, s", forNanos / VirtualTime.SECOND, null);
    stalled = true;
    int ofLife = life;
    time.after(
        forNanos,
        () -> {
          if (ofLife == life) {
            tickerBehindNanos += suspended ? forNanos : 0;
            goOn();
          }
        });
  }

  private void goOn() {
    if (!stalled) {
      return;
    }
    trace.note(name, "goes on", 0, null);
    stalled = false;
    boolean timersFirst = dice.chance(500);
    drain(timersFirst ? timers : answers);
    drain(timersFirst ? answers : timers);
  }

  private void drain(Queue<Runnable> overdue) {
    // One that stalls the machine again leaves the others where they are.
    while (!stalled && !overdue.isEmpty()) {
      overdue.remove().run();
    }
  }

  /** The process dies; what it sent is on its way, and nothing more reaches it. */
  void die() {
    trace.note(name, "dies", life, null);
    life++;
    stalled = false;
    answers.clear();
    timers.clear();
  }
}
