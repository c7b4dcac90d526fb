package qiantang.sim.fleet;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Publishers that send a plan: in this process, or in several. One thread asks. */
public interface Load extends AutoCloseable {

  /**
   * The plan begins.
   *
   * @param startMillis the plan's beginning by the wall clock, from which event times count; at
   *     most a few seconds ahead
   */
  void begin(long startMillis);

  /**
   * Cuts a share of the connections at one moment, as a failing switch does.
   *
   * @param share 0 to 1; which ones follows from the seed and the publishers' numbers
   * @param backoff how they come back, and whoever is cut later
   */
  void drop(double share, long seed, Backoff backoff);

  Figures figures();

  /** Why nothing more is to be hoped for, or null while all is well. */
  @Nullable String failure();

  /** Ends all connections and tells what became of each message, in the order of the seats. */
  List<Ledger> stop();

  @Override
  void close();
}
