package qiantang.store.journal;

import java.time.Duration;

/** Runs tasks later. In production a scheduled executor, in simulation the seed's own queue. */
@FunctionalInterface
public interface Timers {
  /** Runs the task once after the delay, on a thread that may not be blocked for long. */
  void after(Duration delay, Runnable task);
}
