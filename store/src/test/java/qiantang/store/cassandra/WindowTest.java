package qiantang.store.cassandra;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import qiantang.store.harness.Stages;

class WindowTest {
  private final Window window = new Window(3);
  private final List<CompletableFuture<Void>> sent = new ArrayList<>();

  @Test
  void nothingToWriteIsDone() {
    Stages.done(window.sendAll(List.of()));
  }

  @Test
  void soManyAreUnderWayOverAllCalls() {
    CompletionStage<Void> first = writeAll(2);
    CompletionStage<Void> second = writeAll(4);
    assertEquals(3, sent.size());
    complete(0);
    complete(1);
    Stages.done(first);
    assertEquals(5, sent.size());
    complete(3);
    complete(2);
    complete(5);
    assertEquals(6, sent.size());
    assertFalse(second.toCompletableFuture().isDone(), "the fifth is under way");
    complete(4);
    Stages.done(second);
  }

  @Test
  void aCallFailsAloneAndSendsNoMore() {
    CompletionStage<Void> failing = writeAll(100);
    CompletionStage<Void> other = writeAll(2);
    IllegalStateException fault = new IllegalStateException("away");
    sent.get(1).completeExceptionally(fault);
    assertSame(fault, Stages.failure(failing));
    assertEquals(4, sent.size(), "the other call's first");
    complete(0);
    complete(2);
    complete(3);
    complete(4);
    Stages.done(other);
    assertEquals(5, sent.size());
  }

  @Test
  void aWriteThatCannotEvenBeSentFailsItsCallAndFreesItsPlace() {
    IllegalStateException fault = new IllegalStateException("closed");
    for (int i = 0; i < 9; i++) {
      CompletionStage<Void> failing =
          window.sendAll(
              List.of(
                  () -> {
                    throw fault;
                  }));
      assertSame(fault, Stages.failure(failing));
    }
    CompletionStage<Void> next = writeAll(1);
    complete(0);
    Stages.done(next);
  }

  @Test
  void aReadWaitsForItsPlaceAndIsAnswered() {
    CompletionStage<Void> others = writeAll(3);
    CompletableFuture<String> read = new CompletableFuture<>();
    boolean[] isSent = {false};
    CompletionStage<String> answer =
        window.send(
            () -> {
              isSent[0] = true;
              return read;
            });
    assertFalse(isSent[0], "three are under way");
    complete(0);
    assertTrue(isSent[0]);
    read.complete("row");
    assertEquals("row", Stages.done(answer));
    complete(1);
    complete(2);
    Stages.done(others);
  }

  @Test
  void aReadThatFailsSaysSo() {
    IllegalStateException fault = new IllegalStateException("away");
    assertSame(fault, Stages.failure(window.send(() -> CompletableFuture.failedFuture(fault))));
    assertSame(
        fault,
        Stages.failure(
            window.send(
                () -> {
                  throw fault;
                })));
    CompletionStage<Void> next = writeAll(3);
    assertEquals(3, sent.size(), "all places are free again");
    complete(0);
    complete(1);
    complete(2);
    Stages.done(next);
  }

  @Test
  void writesThatAreDoneAtOnceDoNotNest() {
    Supplier<CompletionStage<?>> atOnce = () -> CompletableFuture.completedFuture("done");
    Stages.done(window.sendAll(Collections.nCopies(100_000, atOnce)));
    IllegalStateException fault = new IllegalStateException("away");
    Supplier<CompletionStage<?>> failing = () -> CompletableFuture.failedFuture(fault);
    assertSame(fault, Stages.failure(window.sendAll(Collections.nCopies(100_000, failing))));
  }

  @Test
  void aBurstIsWiderUntilItIsUsedUpAndComesBackWithTime() {
    long[] nanos = {0};
    Window bursting = new Window(1, new Window.Burst(5, 2, 4), () -> nanos[0]);
    CompletionStage<Void> all = bursting.sendAll(Collections.nCopies(9, this::send));
    assertEquals(4, sent.size(), "as wide as a burst");
    complete(0);
    assertEquals(5, sent.size(), "the last of the burst");
    complete(1);
    complete(2);
    complete(3);
    assertEquals(5, sent.size(), "one alone is under way, and one is allowed");
    complete(4);
    assertEquals(6, sent.size());
    nanos[0] += 999_000_000;
    complete(5);
    assertEquals(7, sent.size(), "one of the burst has come back, and is used for this one");
    nanos[0] += 501_000_000;
    complete(6);
    assertEquals(9, sent.size(), "one by the burst, one by the window");
    complete(7);
    complete(8);
    Stages.done(all);
  }

  @Test
  void aBurstIsNeverMoreThanItsSize() {
    long[] nanos = {0};
    Window bursting = new Window(1, new Window.Burst(3, 1000, 100), () -> nanos[0]);
    nanos[0] += 3_600_000_000_000L;
    var _ = bursting.sendAll(Collections.nCopies(50, this::send));
    assertEquals(3, sent.size());
  }

  private CompletionStage<Void> writeAll(int writes) {
    return window.sendAll(Collections.nCopies(writes, this::send));
  }

  private CompletionStage<?> send() {
    sent.add(new CompletableFuture<>());
    return sent.getLast();
  }

  private void complete(int index) {
    sent.get(index).complete(null);
  }
}
