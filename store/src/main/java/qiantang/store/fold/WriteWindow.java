package qiantang.store.fold;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Writes under way, a few at most, so that the next are encoded meanwhile. One thread at a time.
 */
final class WriteWindow {
  private static final int WRITES_MAX = 4;

  private final ArrayDeque<CompletableFuture<Void>> underWay = new ArrayDeque<>();

  void add(CompletionStage<Void> write) {
    underWay.add(write.toCompletableFuture());
  }

  /** Complete when there is room for another one. */
  CompletionStage<Void> room() {
    List<CompletableFuture<Void>> oldest = new ArrayList<>();
    while (underWay.size() >= WRITES_MAX) {
      oldest.add(underWay.remove());
    }
    return CompletableFuture.allOf(oldest.toArray(CompletableFuture[]::new));
  }

  /** Complete when all are known to be stored. */
  CompletionStage<Void> all() {
    CompletableFuture<?>[] rest = underWay.toArray(CompletableFuture[]::new);
    underWay.clear();
    return CompletableFuture.allOf(rest);
  }
}
