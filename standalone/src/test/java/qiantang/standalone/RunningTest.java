package qiantang.standalone;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class RunningTest {
  private static final Duration LONG = Duration.ofMinutes(5);

  private final List<String> told = new CopyOnWriteArrayList<>();
  private final List<String> closed = new CopyOnWriteArrayList<>();
  private final Running running = new Running(told::add);

  @Test
  void whatWasStartedLastIsStoppedFirstAndAllIsTold() {
    running.add("first", LONG, () -> closed.add("first"));
    running.add("second", LONG, () -> closed.add("second"));
    stop();
    assertEquals(List.of("second", "first"), closed);
    assertTrue(told.getFirst().startsWith("second: stopped in "), told::toString);
    assertTrue(told.getLast().startsWith("first: stopped in "), told::toString);
  }

  @Test
  void whatIsOnlyLetGoIsNotTold() {
    running.addQuietly("data", LONG, () -> closed.add("data"));
    stop();
    assertEquals(List.of("data"), closed);
    assertEquals(List.of(), told);
  }

  @Test
  void timeThatOnePartLeavesGoesToTheNext() {
    CountDownLatch begun = new CountDownLatch(1);
    running.add(
        "slow",
        Duration.ZERO,
        () -> {
          begun.await();
          closed.add("slow");
        });
    running.add("quick", LONG, begun::countDown);
    stop();
    assertEquals(List.of("slow"), closed);
    assertTrue(told.getLast().startsWith("slow: stopped in "), told::toString);
  }

  @Test
  void aPartThatDoesNotStopIsNotWaitedForLongerThanItsLimit() {
    CountDownLatch never = new CountDownLatch(1);
    running.add("next", LONG, () -> closed.add("next"));
    running.add("stuck", Duration.ZERO, never::await);
    stop();
    assertTrue(told.getFirst().startsWith("stuck: did not stop within "), told::toString);
    assertEquals(List.of("next"), closed);
    never.countDown();
  }

  @Test
  void aPartThatCannotStopIsTold() {
    running.addQuietly(
        "broken",
        LONG,
        () -> {
          throw new IOException("x");
        });
    stop();
    assertEquals(List.of("broken: cannot stop: java.io.IOException: x"), told);
  }

  @Test
  void allPartsOfADemoTogetherKeepThePromiseOf20SecondsAndIngestHasItsTime() {
    Duration all = Duration.ZERO;
    for (StopLimit limit : StopLimit.values()) {
      all = all.plus(limit.time());
    }
    assertEquals(Duration.ofSeconds(20), all);
    assertTrue(StopLimit.INGEST.time().compareTo(Duration.ofSeconds(6)) >= 0);
    assertTrue(Running.ABANDON_LIMIT.compareTo(StopLimit.FLEET.time()) <= 0);
  }

  private void stop() {
    running.starterIsGone();
    Thread starter = Thread.ofPlatform().unstarted(() -> {});
    running.stop(starter);
  }
}
