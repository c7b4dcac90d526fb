package qiantang.sim.course;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import qiantang.sim.fleet.Disturbance;
import qiantang.sim.fleet.Figures;
import qiantang.sim.fleet.Load;

/**
 * Does what a course says when it says so, whatever makes the load: a fleet or worker processes.
 * What it missed, as while this process was stopped, it does at once. One thread, which looks here
 * often.
 */
public final class CourseKeeper {
  private static final long NANOS_PER_MILLI = 1_000_000;

  private final Iterator<Turn> turns;
  private final Load load;
  private final Network network;
  private final long beganNanos;
  private final List<Disturbances.Repeated> done = new ArrayList<>();
  private @Nullable Turn next;
  private long startNanos;
  private boolean under;

  /**
   * A course that has not begun.
   *
   * @param beganNanos when the run began, from which times in reports count
   */
  public CourseKeeper(Course course, Load load, Network network, long beganNanos) {
    this.turns = course.turns();
    this.load = load;
    this.network = network;
    this.beganNanos = beganNanos;
    this.next = turns.hasNext() ? turns.next() : null;
  }

  /** The plan begins at this instant. */
  public void begin(long startNanos) {
    this.startNanos = startNanos;
    under = true;
    network.begin();
  }

  /** Does what has fallen due. */
  public void look(long nowNanos) {
    while (under && next != null && nowNanos - startNanos >= next.atNanos()) {
      load.disturb(next.disturbance());
      note(next, (nowNanos - beganNanos) / NANOS_PER_MILLI);
      next = turns.hasNext() ? turns.next() : null;
    }
  }

  /** The plan has ended: everybody reads, and the network does no harm any more. */
  public void end() {
    under = false;
    for (Disturbances.Repeated each : done) {
      if (each.kind() == Disturbance.Kind.STOP_READING) {
        load.disturb(Disturbance.all(Disturbance.Kind.READ_AGAIN));
      }
    }
    network.end();
  }

  private void note(Turn turn, long millis) {
    Disturbance what = turn.disturbance();
    if (what.kind() == Disturbance.Kind.READ_AGAIN) {
      return; // the end of something that has been noted
    }
    for (int i = 0; i < done.size(); i++) {
      Disturbances.Repeated before = done.get(i);
      if (before.name().equals(turn.name()) && before.kind() == what.kind()) {
        done.set(i, before.again(what.lot().chosen(), millis));
        return;
      }
    }
    done.add(
        new Disturbances.Repeated(
            turn.name(),
            what.kind(),
            turn.share(),
            what.lot().of(),
            what.lot().chosen(),
            1,
            millis,
            millis));
  }

  /** What was done so far. */
  public Disturbances done() {
    return new Disturbances(
        List.copyOf(done), load.figures().counts().disturbed(), 0, network.counts());
  }

  /** For a display, where 69 columns are free: what has come of all so far; nothing at first. */
  public String text() {
    List<String> parts = new ArrayList<>();
    if (!done.isEmpty()) {
      Figures.Disturbed met = load.figures().counts().disturbed();
      parts.add(
          "%d left, %d cut, %d half open, %d slow"
              .formatted(met.left(), met.cut(), met.halfOpened(), met.stoppedReading()));
    }
    Network.Counts through = network.counts();
    if (through != null) {
      parts.add("net %d reset, %d black".formatted(through.reset(), through.blackholed()));
    }
    return String.join("; ", parts);
  }
}
