package qiantang.query.waiting;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;

class HeavyReadsTest {
  private static final Duration LONG = Duration.ofMinutes(5);

  private final BlockingQueue<String> begun = new LinkedBlockingQueue<>();

  @Test
  void soManyOfOneTokenAreUnderWay() {
    HeavyReads reads = new HeavyReads(2, 100, LONG);
    Runnable first = reads.enter("a").orElseThrow();
    var _ = reads.enter("a").orElseThrow();
    assertTrue(reads.enter("a").isEmpty());
    var _ = reads.enter("b").orElseThrow();
    first.run();
    var _ = reads.enter("a").orElseThrow();
    assertTrue(reads.enter("a").isEmpty());
  }

  @Test
  void tokensTakeTurnsHoweverManyOneAsks() throws InterruptedException {
    HeavyReads reads = new HeavyReads(100, 1, LONG);
    Runnable place = reads.begin("greedy").orElseThrow();
    for (String question : List.of("greedy-1", "greedy-2", "greedy-3", "b-1", "c-1", "b-2")) {
      wait(reads, question);
    }
    List<String> order = new ArrayList<>();
    place.run();
    for (int i = 0; i < 6; i++) {
      order.add(begun.take());
    }
    assertEquals(List.of("greedy-1", "b-1", "c-1", "greedy-2", "b-2", "greedy-3"), order);
    assertEquals(0, reads.waiting());
  }

  @Test
  void whoeverWaitedInVainIsToldAndKeepsNoPlace() {
    HeavyReads reads = new HeavyReads(100, 1, Duration.ZERO);
    Runnable place = reads.begin("a").orElseThrow();
    assertEquals(Optional.empty(), reads.begin("b"));
    assertEquals(0, reads.waiting());
    place.run();
    place.run(); // what was given back is not given back again
    Runnable next = reads.begin("b").orElseThrow();
    assertEquals(Optional.empty(), reads.begin("a"));
    next.run();
    var _ = reads.begin("a").orElseThrow();
  }

  /** Each that has begun says so and hands its place on. */
  private void wait(HeavyReads reads, String question) {
    int before = reads.waiting();
    Thread.ofVirtual()
        .start(
            () -> {
              Runnable place = reads.begin(question.split("-", -1)[0]).orElseThrow();
              begun.add(question);
              place.run();
            });
    while (reads.waiting() == before) {
      Thread.onSpinWait();
    }
  }
}
