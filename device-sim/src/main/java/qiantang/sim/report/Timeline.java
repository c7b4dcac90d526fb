package qiantang.sim.report;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A run by the second, in bounded memory: when all points are taken, each two become one, and from
 * then on a point stands for twice as long. Sums stay sums and percentiles those of all that was
 * recorded; nothing is sampled. One thread.
 */
public final class Timeline {
  /**
   * As many as a plot has room for, ten minutes by the second; with three distributions each they
   * take about 1 MB, 18 MB at the very most.
   */
  public static final int POINTS_MAX = 600;

  /** A scenario is written by hand and has a handful. */
  static final int PHASES_MAX = 200;

  private final List<Interval> points = new ArrayList<>();
  private final List<Phase> phases = new ArrayList<>();
  private int intervalsPerPoint = 1;
  private @Nullable Interval pending;
  private int pendingIntervals;
  private long phasesLeftOut;
  private long connectedMax;

  /**
   * Where a phase begins.
   *
   * @param fromMillis since the run began
   */
  public record Phase(String name, long fromMillis) {}

  public Timeline() {}

  public void begin(String phase, long millis) {
    if (phases.size() == PHASES_MAX) {
      phasesLeftOut++;
    } else {
      phases.add(new Phase(phase, millis));
    }
  }

  /** Takes the stretch that follows the last one. */
  public void add(Interval next) {
    connectedMax = Math.max(connectedMax, next.standing().connected());
    Interval sum = pending == null ? next : pending.plus(next);
    pendingIntervals++;
    if (pendingIntervals < intervalsPerPoint) {
      pending = sum;
      return;
    }
    pending = null;
    pendingIntervals = 0;
    points.add(sum);
    if (points.size() == POINTS_MAX) {
      mergePairs();
    }
  }

  /** Takes a stretch into the last point, as if connections stood as before; answers that point. */
  Interval extend(Interval rest) {
    connectedMax = Math.max(connectedMax, rest.standing().connected());
    Interval end = pending != null ? pending : points.isEmpty() ? null : points.removeLast();
    Interval longer = end == null ? rest : end.plus(rest).standingAs(end);
    if (pending != null) {
      pending = longer;
    } else {
      points.add(longer);
    }
    return longer;
  }

  private void mergePairs() {
    for (int i = 0; i < POINTS_MAX / 2; i++) {
      points.set(i, points.get(2 * i).plus(points.get(2 * i + 1)));
    }
    points.subList(POINTS_MAX / 2, POINTS_MAX).clear();
    intervalsPerPoint *= 2;
  }

  /** In their order, without gaps; the last one may be shorter than the others. */
  public List<Interval> points() {
    List<Interval> all = new ArrayList<>(points);
    if (pending != null) {
      all.add(pending);
    }
    return List.copyOf(all);
  }

  public List<Phase> phases() {
    return List.copyOf(phases);
  }

  /** The most connections that were logged in when anybody looked. */
  public long connectedMax() {
    return connectedMax;
  }

  /** Phases beyond the limit, which are not among {@link #phases}. */
  public long phasesLeftOut() {
    return phasesLeftOut;
  }
}
