package qiantang.store.cassandra;

import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Lets so many requests be under way at once, over all who send them; the others wait in order of
 * asking. What waits is memory that its caller holds anyway. It may be wider for a {@link Burst}.
 * Any thread.
 */
final class Window {
  private final int underWayMax;
  private final Burst burst;
  private final LongSupplier nanos;

  // Guarded by this.
  private double burstLeft;
  private long burstAtNanos;
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

  /**
   * For so many requests a window is wider; a token bucket.
   *
   * @param requests in one go
   * @param perSecond of them that come back
   * @param underWayMax while any is left
   */
  record Burst(int requests, double perSecond, int underWayMax) {
    static final Burst NONE = new Burst(0, 0, 0);
  }

  private record Request(Supplier<? extends CompletionStage<?>> send, Call call) {}

  Window(int underWayMax) {
    this(underWayMax, Burst.NONE, System::nanoTime);
  }

  Window(int underWayMax, Burst burst, LongSupplier nanos) {
    this.underWayMax = underWayMax;
    this.burst = burst;
    this.nanos = nanos;
    burstLeft = burst.requests();
    burstAtNanos = nanos.getAsLong();
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
        if (waiting.isEmpty() || underWay >= width()) {
          sending = false;
          return;
        }
        request = waiting.remove();
        underWay++;
        burstLeft = Math.max(0, burstLeft - 1);
      }
      send(request);
    }
  }

  // Guarded by this. Nothing waits for a burst to come back: what ends lets the next one go.
  private int width() {
    if (burst.requests() == 0) {
      return underWayMax;
    }
    long now = nanos.getAsLong();
    double earned = (now - burstAtNanos) / 1e9 * burst.perSecond();
    burstLeft = Math.min(burst.requests(), burstLeft + earned);
    burstAtNanos = now;
    return burstLeft >= 1 ? burst.underWayMax() : underWayMax;
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
