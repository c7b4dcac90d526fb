package qiantang.bench;

import java.util.concurrent.CompletionStage;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Keeps so many writes under way that the database has always work. One thread adds. */
final class WritesUnderWay {
  static final int MAX = 256;

  private final Semaphore free = new Semaphore(MAX);
  private final AtomicReference<@Nullable Throwable> failed = new AtomicReference<>();

  /** Adds a write that has begun; waits while there are too many. */
  void add(CompletionStage<?> write) throws InterruptedException {
    free.acquire();
    var _ =
        write.whenComplete(
            (nothing, error) -> {
              free.release();
              if (error != null) {
                failed.compareAndSet(null, error);
              }
            });
  }

  /** Returns when all are done; fails where one has failed. */
  void await() throws InterruptedException {
    free.acquire(MAX);
    Throwable error = failed.get();
    if (error != null) {
      throw new IllegalStateException("cannot write to the database", error);
    }
  }
}
