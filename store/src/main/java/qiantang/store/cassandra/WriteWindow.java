package qiantang.store.cassandra;

import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Lets so many writes be under way at once, over all who write; the others wait in order of asking.
 * What waits is memory that its caller holds anyway. Any thread.
 */
final class WriteWindow {
  private final int underWayMax;

  // Guarded by this.
  private final ArrayDeque<Write> waiting = new ArrayDeque<>();
  private int underWay;
  private boolean sending;

  /** Writes that are answered together. */
  private static final class Call {
    final CompletableFuture<Void> done = new CompletableFuture<>();
    final AtomicInteger left;

    Call(int writes) {
      left = new AtomicInteger(writes);
    }

    void ended(@Nullable Throwable error) {
      if (error != null) {
        done.completeExceptionally(error);
      } else if (left.decrementAndGet() == 0) {
        done.complete(null);
      }
    }
  }

  private record Write(Supplier<? extends CompletionStage<?>> send, Call call) {}

  WriteWindow(int underWayMax) {
    this.underWayMax = underWayMax;
  }

  /**
   * Completes when all are done; fails with the first that fails, and those of this call that wait
   * are not sent then.
   */
  CompletionStage<Void> writeAll(List<? extends Supplier<? extends CompletionStage<?>>> writes) {
    Call call = new Call(writes.size());
    if (writes.isEmpty()) {
      call.done.complete(null);
      return call.done;
    }
    synchronized (this) {
      writes.forEach(write -> waiting.add(new Write(write, call)));
    }
    sendWaiting();
    return call.done;
  }

  /** One thread sends at a time, in a loop: a thousand writes that fail at once do not nest. */
  private void sendWaiting() {
    synchronized (this) {
      if (sending) {
        return;
      }
      sending = true;
    }
    while (true) {
      Write write;
      synchronized (this) {
        if (underWay == underWayMax || waiting.isEmpty()) {
          sending = false;
          return;
        }
        write = waiting.remove();
        underWay++;
      }
      send(write);
    }
  }

  private void send(Write write) {
    CompletionStage<?> sent;
    if (write.call.done.isCompletedExceptionally()) {
      sent = write.call.done;
    } else {
      try {
        sent = write.send.get();
      } catch (RuntimeException | Error e) { // nothing may leave the window shut
        sent = CompletableFuture.failedFuture(e);
      }
    }
    sent.whenComplete(
        (nothing, error) -> {
          synchronized (this) {
            underWay--;
          }
          write.call.ended(error); // first, so that what waits of a failed call is not sent
          sendWaiting();
        });
  }
}
