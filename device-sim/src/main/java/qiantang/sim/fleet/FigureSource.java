package qiantang.sim.fleet;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A part of a fleet that counts for itself: a loop of this process, or another process. */
public interface FigureSource {
  Figures.Counts counts();

  /** Its messages by fleet: at most {@value FleetCounter#FLEETS_MAX}, and the others as one. */
  List<FleetCounts> byFleet();

  /** Why a publisher of its can never log in, whatever it tries; null where none is known. */
  default @Nullable String hopeless() {
    return null;
  }

  /** What was recorded since the last call; valid until the next. */
  Figures.Latencies sinceLast();
}
