package qiantang.sim.fleet;

import java.util.concurrent.atomic.AtomicLong;

/** A count that one thread changes, without a locked instruction, and any thread reads. */
final class LoopCounter {
  private final AtomicLong value = new AtomicLong();

  void increment() {
    add(1);
  }

  void decrement() {
    add(-1);
  }

  void add(long more) {
    value.setRelease(value.getPlain() + more);
  }

  long get() {
    return value.getAcquire();
  }
}
