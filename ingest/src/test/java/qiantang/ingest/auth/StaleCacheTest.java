package qiantang.ingest.auth;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import qiantang.ingest.auth.StaleCache.Found;

class StaleCacheTest {
  private long nanos;
  private final ChangesHeard heard = new ChangesHeard();
  private final List<CompletableFuture<Optional<String>>> asked = new ArrayList<>();
  private final StaleCache<String, String> cache =
      new StaleCache<>(
          key -> {
            CompletableFuture<Optional<String>> answer = new CompletableFuture<>();
            asked.add(answer);
            return answer;
          },
          () -> nanos,
          heard,
          value -> !value.equals("untold"),
          100);

  @Test
  void asksOnceForManyAndAgainAfterFiveSeconds() {
    CompletableFuture<Found<String>> first = get();
    CompletableFuture<Found<String>> second = get();
    assertEquals(1, asked.size());
    asked.getFirst().complete(Optional.of("v"));
    assertEquals(new Found.Present<>("v"), first.join());
    assertEquals(new Found.Present<>("v"), second.join());
    pass(4);
    assertEquals(new Found.Present<>("v"), get().join());
    assertEquals(1, asked.size());
    pass(2);
    assertFalse(get().isDone());
    assertEquals(2, asked.size());
  }

  @Test
  void asksNobodyAsLongAsEveryChangeIsHeardOf() {
    heard.heardAll(nanos);
    var _ = get();
    asked.getFirst().complete(Optional.of("v"));
    pass(3600);
    heard.heardAll(nanos);
    pass(2);
    assertEquals(new Found.Present<>("v"), get().join());
    pass(2); // nothing was heard for 4 s
    assertFalse(get().isDone());
    assertEquals(2, asked.size());
  }

  @Test
  void asksAgainForWhatNobodyTellsTheChangesOf() {
    heard.heardAll(nanos);
    var _ = get();
    asked.getFirst().complete(Optional.of("untold"));
    pass(6);
    heard.heardAll(nanos);
    assertFalse(get().isDone());
  }

  @Test
  void whatWasReadBeforeAChangeThatWasMissedIsAskedForAgain() {
    heard.heardAll(nanos);
    var _ = get();
    asked.getFirst().complete(Optional.of("v"));
    pass(3600);
    heard.missed();
    pass(1);
    heard.heardAll(nanos);
    assertFalse(get().isDone());
    asked.getLast().complete(Optional.of("now"));
    pass(6);
    heard.heardAll(nanos);
    assertEquals(new Found.Present<>("now"), get().join());
  }

  @Test
  void whatIsRevokedIsGoneAtTheNextLook() {
    var _ = get();
    asked.getFirst().complete(Optional.of("v"));
    pass(6);
    CompletableFuture<Found<String>> again = get();
    asked.getLast().complete(Optional.empty());
    assertEquals(new Found.Absent<>(), again.join());
  }

  @Test
  void theOldEntryHoldsWhileTheSourceIsAway() {
    var _ = get();
    asked.getFirst().complete(Optional.of("v"));
    pass(3600);
    CompletableFuture<Found<String>> again = get();
    asked.getLast().completeExceptionally(new IOException("away"));
    assertEquals(new Found.Present<>("v"), again.join());
  }

  @Test
  void nothingIsKnownWhileTheSourceIsAwayFromTheBeginning() {
    CompletableFuture<Found<String>> first = get();
    asked.getFirst().completeExceptionally(new IOException("away"));
    assertEquals(new Found.Unknown<>(), first.join());
  }

  @Test
  void whatIsNotThereIsAskedForEachTime() {
    var _ = get();
    asked.getFirst().complete(Optional.empty());
    CompletableFuture<Found<String>> again = get();
    assertEquals(2, asked.size());
    asked.getLast().complete(Optional.of("v"));
    assertTrue(again.join() instanceof Found.Present<String>);
  }

  @Test
  void whatIsForgottenWhileItIsLookedUpIsLookedUpAgain() {
    CompletableFuture<Found<String>> first = get();
    cache.forget("k");
    asked.getFirst().complete(Optional.of("of before"));
    assertFalse(first.isDone(), "nobody may get what held before the change");
    assertEquals(2, asked.size());
    asked.getLast().complete(Optional.of("now"));
    assertEquals(new Found.Present<>("now"), first.join());
    assertEquals(new Found.Present<>("now"), get().join());
    assertEquals(2, asked.size());
  }

  @Test
  void whatIsForgottenIsAskedForThoughItIsYoung() {
    var _ = get();
    asked.getFirst().complete(Optional.of("v"));
    cache.forget("k");
    CompletableFuture<Found<String>> again = get();
    asked.getLast().completeExceptionally(new IOException("away"));
    assertEquals(new Found.Unknown<>(), again.join(), "the old entry is of before the change");
  }

  private CompletableFuture<Found<String>> get() {
    return cache.get("k").toCompletableFuture();
  }

  private void pass(int seconds) {
    nanos += seconds * 1_000_000_000L;
  }
}
