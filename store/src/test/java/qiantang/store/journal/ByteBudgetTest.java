package qiantang.store.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import qiantang.store.harness.ManualTime;

class ByteBudgetTest {
  private final ManualTime loop = new ManualTime();
  private final ByteBudget node = new ByteBudget(1000);
  private final ByteBudget enterprise = node.child(500);
  private final ByteBudget session = enterprise.child(100);

  @Test
  void takesFromAllAround() {
    assertTrue(session.tryTake(60));
    assertTaken(60, 60, 60);
    session.give(60);
    assertTaken(0, 0, 0);
  }

  @Test
  void takesUpToTheLimitAndNotBeyond() {
    assertTrue(session.tryTake(60));
    assertTrue(session.tryTake(40));
    assertFalse(session.tryTake(1));
    assertTaken(100, 100, 100);
  }

  @Test
  void whatDoesNotFitAroundIsTakenNowhere() {
    ByteBudget other = enterprise.child(450);
    assertTrue(other.tryTake(450));
    assertFalse(session.tryTake(60));
    assertTaken(0, 450, 450);
    assertTrue(node.child(600).tryTake(550));
    assertFalse(session.tryTake(20));
    assertTaken(0, 450, 1000);
  }

  @Test
  void aMessageLargerThanTheBudgetFitsWhenNothingElseIsTaken() {
    assertTrue(session.tryTake(5000));
    assertTaken(5000, 5000, 5000);
    assertFalse(session.tryTake(1));
    session.give(5000);
    assertTrue(session.tryTake(1));
    assertFalse(session.tryTake(5000));
  }

  @Test
  void givingMoreThanWasTakenIsABug() {
    assertTrue(session.tryTake(10));
    assertThrows(AssertionError.class, () -> session.give(11));
  }

  @Test
  void aBudgetOfNothingIsRefused() {
    assertThrows(IllegalArgumentException.class, () -> new ByteBudget(0));
    assertThrows(IllegalArgumentException.class, () -> node.child(-1));
  }

  @Test
  void whoWaitsIsToldOnceWhenBytesAreGivenBack() {
    AtomicInteger told = new AtomicInteger();
    assertTrue(session.tryTake(100));
    session.whenGiven(100, loop, told::incrementAndGet);
    loop.runDue();
    assertEquals(0, told.get());
    session.give(100);
    assertEquals(0, told.get(), "runs on its executor only");
    loop.runDue();
    assertEquals(1, told.get());
    assertTrue(session.tryTake(100));
    session.give(100);
    loop.runDue();
    assertEquals(1, told.get());
  }

  @Test
  void whoWaitsForAFullBudgetAroundIsToldBySomebodyElsesBytes() {
    AtomicInteger told = new AtomicInteger();
    ByteBudget neighbour = node.child(1000);
    assertTrue(neighbour.tryTake(1000));
    assertFalse(session.tryTake(10));
    session.whenGiven(10, loop, told::incrementAndGet);
    loop.runDue();
    assertEquals(0, told.get());
    neighbour.give(1000);
    loop.runDue();
    assertEquals(1, told.get());
  }

  @Test
  void whatFitsByNowIsToldAtOnce() {
    AtomicInteger told = new AtomicInteger();
    session.whenGiven(100, loop, told::incrementAndGet);
    assertTrue(session.tryTake(80));
    session.whenGiven(20, loop, told::incrementAndGet);
    loop.runDue();
    assertEquals(2, told.get());
  }

  @Test
  void aLargeMessageBehindASmallOneWaitsInsteadOfSpinning() {
    assertTrue(session.tryTake(50));
    AtomicInteger tries = new AtomicInteger();
    tryUntilTaken(session, 80, tries);
    loop.runDue();
    assertEquals(1, tries.get());
    session.give(50);
    loop.runDue();
    assertEquals(2, tries.get());
    assertTaken(80, 80, 80);
  }

  @Test
  void whoFailsAgainWhenToldWaitsForTheNext() {
    assertTrue(session.tryTake(50));
    assertTrue(session.tryTake(50));
    AtomicInteger tries = new AtomicInteger();
    tryUntilTaken(session, 90, tries);
    session.give(50);
    loop.runDue();
    session.give(50);
    loop.runDue();
    assertTaken(90, 90, 90);
  }

  @Test
  void whoTriesInVainWhenToldDoesNotKeepTheTellerBusy() {
    assertTrue(session.tryTake(50));
    assertTrue(session.tryTake(50));
    AtomicInteger told = new AtomicInteger();
    waitInVain(told);
    session.give(50);
    assertEquals(1, told.get());
  }

  @Test
  @Timeout(120)
  void nobodyIsForgottenWhileOthersTryWithoutWaiting() throws Exception {
    int rounds = 100_000;
    ByteBudget root = new ByteBudget(100);
    CyclicBarrier barrier = new CyclicBarrier(2);
    try (ExecutorService pool = Executors.newFixedThreadPool(1)) {
      Future<?> other =
          pool.submit(
              () -> {
                for (int i = 0; i < rounds; i++) {
                  barrier.await(60, TimeUnit.SECONDS);
                  // A QoS 0 message that is refused: it tries and does not wait.
                  if (root.tryTake(100)) {
                    root.give(100);
                  }
                }
                return null;
              });
      for (int i = 0; i < rounds; i++) {
        while (!root.tryTake(100)) {
          Thread.onSpinWait(); // the other is still in the round before
        }
        CountDownLatch given = new CountDownLatch(1);
        root.whenGiven(100, Runnable::run, given::countDown);
        barrier.await(60, TimeUnit.SECONDS);
        root.give(100);
        assertTrue(given.await(30, TimeUnit.SECONDS), "forgotten in round " + i);
      }
      other.get(60, TimeUnit.SECONDS);
    }
  }

  private void waitInVain(AtomicInteger told) {
    session.whenGiven(
        90,
        Runnable::run,
        () -> {
          assertTrue(told.incrementAndGet() < 100, "told again and again");
          waitInVain(told);
        });
  }

  private void tryUntilTaken(ByteBudget budget, long bytes, AtomicInteger tries) {
    assertTrue(tries.incrementAndGet() < 100, "spins");
    if (!budget.tryTake(bytes)) {
      budget.whenGiven(bytes, loop, () -> tryUntilTaken(budget, bytes, tries));
    }
  }

  private void assertTaken(long bySession, long byEnterprise, long byNode) {
    assertEquals(
        List.of(bySession, byEnterprise, byNode),
        List.of(session.takenBytes(), enterprise.takenBytes(), node.takenBytes()));
  }
}
