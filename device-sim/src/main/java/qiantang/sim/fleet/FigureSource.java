package qiantang.sim.fleet;

import java.util.List;

/** A part of a fleet that counts for itself: a loop of this process, or another process. */
public interface FigureSource {
  Figures.Counts counts();

  /** Its messages by fleet: at most {@value FleetCounter#FLEETS_MAX}, and the others as one. */
  List<FleetCounts> byFleet();

  /** What was recorded since the last call; valid until the next. */
  Figures.Latencies sinceLast();
}
