package qiantang.query.access;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import qiantang.query.waiting.StoreWait;
import qiantang.store.memory.MemoryRegistry;
import qiantang.store.model.EnterpriseId;
import qiantang.store.registry.AccessChange;

class AccessWatchTest {
  private static final Instant NOW = Instant.parse("2026-03-01T08:00:00Z");

  private final MemoryRegistry registry = new MemoryRegistry();
  private final AtomicLong nanos = new AtomicLong(1);
  private final AccessWatch watch =
      new AccessWatch(
          registry,
          new StoreWait(Duration.ofSeconds(1)),
          () -> NOW.plusNanos(nanos.get()),
          nanos::get);
  private final Remembered<String, Integer> remembered = new Remembered<>(watch, 100);
  private final AtomicInteger asked = new AtomicInteger();

  private int get() {
    return remembered.get("k", asked::incrementAndGet);
  }

  private void pass(Duration time) {
    nanos.addAndGet(time.toNanos());
  }

  private void note(long id) {
    Instant at = NOW.plusNanos(nanos.get());
    registry.note(AccessChange.ofEnterprise(at, id, new EnterpriseId("e")));
  }

  @Test
  void whatIsRememberedIsUsedOnlyWhileWordsAreHeard() {
    assertEquals(List.of(1, 2), List.of(get(), get()), "nothing was heard yet");
    watch.poll();
    assertEquals(List.of(2, 2), List.of(get(), get()));
    pass(AccessWatch.HEARD_MAX.minusNanos(1));
    assertEquals(2, get());
    pass(Duration.ofNanos(1));
    assertEquals(List.of(3, 4), List.of(get(), get()));
    watch.poll();
    assertEquals(4, get());
  }

  @Test
  void eachWordIsToldOnceEvenIfItWasWrittenLate() {
    AtomicInteger told = new AtomicInteger();
    watch.poll();
    watch.tell(change -> told.incrementAndGet());
    note(1);
    watch.poll();
    watch.poll();
    assertEquals(1, told.get());
    Instant before = NOW.plusNanos(nanos.get());
    pass(Duration.ofSeconds(1));
    watch.poll();
    registry.note(AccessChange.ofEnterprise(before, 2, new EnterpriseId("e")));
    watch.poll();
    assertEquals(2, told.get());
  }

  @Test
  void whoHeardNothingForLongForgetsEverything() {
    AtomicInteger forgotten = new AtomicInteger();
    watch.poll();
    watch.tell(
        change -> {
          if (change == null) {
            forgotten.incrementAndGet();
          }
        });
    pass(AccessWatch.SILENCE_MAX);
    watch.poll();
    assertEquals(0, forgotten.get());
    pass(AccessWatch.SILENCE_MAX.plusNanos(1));
    watch.poll();
    assertEquals(1, forgotten.get());
  }

  @Test
  void whatWasForgottenWhileItWasAskedForIsNotRemembered() {
    watch.poll();
    assertTrue(watch.hasHeard());
    int old =
        remembered.get(
            "k",
            () -> {
              remembered.forget("k"); // it changes just now
              return asked.incrementAndGet();
            });
    assertEquals(1, old);
    assertEquals(2, get());
    remembered.forgetIf(key -> key.equals("other"));
    assertEquals(2, get());
    remembered.forgetIf(key -> key.equals("k"));
    assertEquals(3, get());
    assertFalse(asked.get() > 3);
  }
}
