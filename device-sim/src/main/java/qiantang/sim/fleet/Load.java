package qiantang.sim.fleet;

import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Publishers that send a plan: in this process, or in several. One thread asks. */
public interface Load extends AutoCloseable {

  /**
   * The plan begins.
   *
   * @param startMillis the plan's beginning by the wall clock, from which event times count; at
   *     most a few seconds ahead
   */
  default void begin(long startMillis) {
    begin(startMillis, () -> Long.MAX_VALUE);
  }

  /**
   * The plan begins.
   *
   * @param reservedUntilNanos nothing that is planned later is sent, in ns of the plan's time; read
   *     by several threads
   */
  void begin(long startMillis, LongSupplier reservedUntilNanos);

  /** Does this to the connections of a share of the publishers, now. */
  void disturb(Disturbance disturbance);

  Figures figures();

  /** What each worker process took so far; empty where there are none beside this one. */
  default List<ProcessHealth> workers() {
    return List.of();
  }

  /** Why nothing more is to be hoped for, or null while all is well. */
  @Nullable String failure();

  /** Event loops that the seats are dealt out to in turn; each copies its own ledgers. */
  int parts();

  /** What became of the messages of some seats so far, by their order. */
  List<Ledger> ledgers(int from, int to);

  /** Ends all connections and tells what became of each message, in the order of the seats. */
  List<Ledger> stop();

  @Override
  void close();
}
