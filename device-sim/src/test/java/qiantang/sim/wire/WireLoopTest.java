package qiantang.sim.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class WireLoopTest {
  /** A loop that went on in silence would send too little, and the system would be blamed. */
  @Test
  void aTaskThatFailsIsToldOf() throws InterruptedException {
    IllegalStateException now = new IllegalStateException("now");
    IllegalStateException later = new IllegalStateException("later");
    try (WireLoops loops = WireLoops.start(2)) {
      CountDownLatch done = new CountDownLatch(1);
      loops.loops().getFirst().execute(() -> fail(now));
      loops.loops().get(1).schedule(() -> fail(later), Duration.ZERO);
      for (WireLoop loop : loops.loops()) {
        assertEquals(1, loop.ask(() -> 1).join());
      }
      loops.loops().get(1).schedule(done::countDown, Duration.ofNanos(1));
      done.await();
      assertEquals(now, loops.loops().getFirst().failure());
      assertEquals(later, loops.loops().get(1).failure());
    }
    try (WireLoops sound = WireLoops.start(1)) {
      assertNull(sound.loops().getFirst().failure());
    }
  }

  private static void fail(RuntimeException e) {
    throw e;
  }
}
