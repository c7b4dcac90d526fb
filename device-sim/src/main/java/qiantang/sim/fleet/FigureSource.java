package qiantang.sim.fleet;

/** A part of a fleet that counts for itself: a loop of this process, or another process. */
public interface FigureSource {
  Figures.Counts counts();

  /** What was recorded since the last call; valid until the next. */
  Figures.Latencies sinceLast();
}
