package qiantang.store.cassandra;

import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Lets so many requests be under way at once, over all who send them; the others wait in order of
 * asking. What waits is memory that its caller holds anyway. Any thread.
 */
final class Window {
  private final int underWayMax;

  // Guarded by this.
  private final ArrayDeque<Request> waiting = new ArrayDeque<>();
  private int underWay;
  private boolean sending;

  /** Requests that are answered together. */
  private static final class Call {
    final CompletableFuture<Void> done = new CompletableFuture<>();
    final AtomicInteger left;

    Call(int requests) {
      left = new AtomicInteger(requests);
    }

    void ended(@Nullable Throwable error) {
      if (error != null) {
        done.completeExceptionally(error);
      } else if (left.decrementAndGet() == 0) {
        done.complete(null);
      }
    }
  }

  private record Request(Supplier<? extends CompletionStage<?>> send, Call call) {}

  Window(int underWayMax) {
    this.underWayMax = underWayMax;
  }

  /**
   * Completes when all are done; fails with the first that fails, and those of this call that wait
   * are not sent then.
   */
  CompletionStage<Void> sendAll(List<? extends Supplier<? extends CompletionStage<?>>> requests) {
    Call call = new Call(requests.size());
    if (requests.isEmpty()) {
      call.done.complete(null);
      return call.done;
    }
    synchronized (this) {
      requests.forEach(request -> waiting.add(new Request(request, call)));
    }
    sendWaiting();
    return call.done;
  }

  /** What one request is answered. */
  <T> CompletionStage<T> send(Supplier<CompletionStage<T>> request) {
    CompletableFuture<T> answer = new CompletableFuture<>();
    Supplier<CompletionStage<T>> handingOver =
        () ->
            request
                .get()
                .whenComplete(
                    (value, error) -> {
                      if (error == null) {
                        answer.complete(value);
                      }
                    });
    var _ =
        sendAll(List.of(handingOver))
            .exceptionally(
                error -> {
                  answer.completeExceptionally(error);
                  return null;
                });
    return answer;
  }

  /** One thread sends at a time, in a loop: a thousand requests that fail at once do not nest. */
  private void sendWaiting() {
    synchronized (this) {
      if (sending) {
        return;
      }
      sending = true;
    }
    while (true) {
      Request request;
      synchronized (this) {
        if (underWay == underWayMax || waiting.isEmpty()) {
          sending = false;
          return;
        }
        request = waiting.remove();
        underWay++;
      }
      send(request);
    }
  }

  private void send(Request request) {
    CompletionStage<?> sent;
    if (request.call.done.isCompletedExceptionally()) {
      sent = request.call.done;
    } else {
      try {
        sent = request.send.get();
      } catch (RuntimeException | Error e) { // nothing may leave the window shut
        sent = CompletableFuture.failedFuture(e);
      }
    }
    sent.whenComplete(
        (nothing, error) -> {
          synchronized (this) {
            underWay--;
          }
          request.call.ended(error); // first, so that what waits of a failed call is not sent
          sendWaiting();
        });
  }
}
