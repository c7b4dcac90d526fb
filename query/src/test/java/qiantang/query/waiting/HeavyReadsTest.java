package qiantang.query.waiting;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
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

  /** One has room and waits for a turn, the other has the turn and waits for room. */
  @Test
  void whoFindsNoRoomLetsOthersHaveTheTurn() throws InterruptedException {
    HeavyReads reads = new HeavyReads(100, 1, LONG);
    SampleBudget budget = new SampleBudget(100);
    SampleBudget.Permit all = budget.take("a", 100);
    CountDownLatch isRefused = new CountDownLatch(1);
    Thread waiting =
        Thread.startVirtualThread(
            () ->
                reads.inTurn(
                    "a",
                    () -> {
                      try {
                        return budget.take("a", 50);
                      } finally {
                        isRefused.countDown();
                      }
                    }));
    isRefused.await();
    assertEquals("read", reads.inTurn("b", () -> "read"));
    assertEquals(0, budget.freeSamples());
    all.close();
    waiting.join();
    assertEquals(50, budget.freeSamples());
    assertEquals("read", reads.inTurn("c", () -> "read"), "the turn was given back");
  }

  @Test
  void whoFindsNoRoomInTimeIsToldAndKeepsNoTurn() {
    HeavyReads reads = new HeavyReads(100, 1, Duration.ofMillis(20));
    SampleBudget budget = new SampleBudget(100);
    try (SampleBudget.Permit _ = budget.take("a", 60)) {
      Overloaded refused =
          assertThrows(Overloaded.class, () -> reads.inTurn("a", () -> budget.take("a", 50)));
      assertEquals(
          "answers that are being sent hold the memory for samples, or your own your share of it",
          refused.getMessage());
    }
    SampleBudget.Permit held = reads.inTurn("a", () -> budget.take("a", 100));
    Runnable place = reads.begin("a").orElseThrow();
    Overloaded late =
        assertThrows(Overloaded.class, () -> reads.inTurn("b", () -> budget.take("a", 0)));
    assertEquals("as many heavy reads are at work as may be", late.getMessage());
    place.run();
    held.close();
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
