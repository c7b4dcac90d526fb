package qiantang.ingest.auth;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import qiantang.store.journal.Ticker;

/**
 * Answers from memory while an entry is young or every change since was heard of, else from the
 * source, and from memory again while the source is away. Caffeine's refresh-after-write was
 * rejected: it answers with the old entry first, however old, so that a revoked token would open
 * one more session. Any thread.
 *
 * <p>Only what exists is remembered: guesses must not push credentials out.
 */
final class StaleCache<K, V> {
  /** What came of a look: present, known to be absent, or not to be found out. */
  sealed interface Found<V> {
    /** There is one. */
    record Present<V>(V value) implements Found<V> {}

    /** There is none. */
    record Absent<V>() implements Found<V> {}

    /** The source is away and memory is empty. */
    record Unknown<V>() implements Found<V> {}
  }

  private record Held<V>(V value, long askedNanos) {}

  private static final Duration FRESH = Duration.ofSeconds(5);

  // A client waits 10 s and more for its CONNACK; the old entry should come well before that.
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  private final Function<K, CompletionStage<Optional<V>>> source;
  private final Ticker ticker;
  private final ChangesHeard heard;
  private final Predicate<V> isTold;
  private final Cache<K, Held<V>> held;
  private final Map<K, CompletableFuture<Found<V>>> loading = new ConcurrentHashMap<>();

  /**
   * An empty one.
   *
   * @param isTold whether a change of such a value would be heard of
   */
  StaleCache(
      Function<K, CompletionStage<Optional<V>>> source,
      Ticker ticker,
      ChangesHeard heard,
      Predicate<V> isTold,
      int entriesMax) {
    this.source = source;
    this.ticker = ticker;
    this.heard = heard;
    this.isTold = isTold;
    held = Caffeine.newBuilder().maximumSize(entriesMax).build();
  }

  CompletionStage<Found<V>> get(K key) {
    Held<V> known = held.getIfPresent(key);
    long now = ticker.nanos();
    if (known != null && isCurrent(known, now)) {
      return CompletableFuture.completedFuture(new Found.Present<>(known.value()));
    }
    CompletableFuture<Found<V>> fresh = new CompletableFuture<>();
    CompletableFuture<Found<V>> running = loading.putIfAbsent(key, fresh);
    if (running != null) {
      return running;
    }
    var _ =
        source
            .apply(key)
            .toCompletableFuture()
            .copy()
            .orTimeout(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)
            .whenComplete(
                (value, error) ->
                    loaded(
                        key,
                        fresh,
                        () -> error == null ? loaded(key, value, now) : remembered(key)));
    return fresh;
  }

  private boolean isCurrent(Held<V> known, long nowNanos) {
    return nowNanos - known.askedNanos() < FRESH.toNanos()
        || (isTold.test(known.value()) && heard.covers(known.askedNanos(), nowNanos));
  }

  /** Forgets an entry, and what is on its way, because it has changed. */
  void forget(K key) {
    loading.compute(
        key,
        (same, running) -> {
          held.invalidate(key);
          return null;
        });
  }

  /** Remembers an answer, unless it was forgotten meanwhile: it may be of before the change. */
  @SuppressWarnings("ReferenceEquality") // whether it is this very question
  private void loaded(K key, CompletableFuture<Found<V>> asked, Supplier<Found<V>> found) {
    AtomicReference<@Nullable Found<V>> answer = new AtomicReference<>();
    // Under the key's lock, so that nothing is remembered behind the back of forget.
    loading.computeIfPresent(
        key,
        (same, running) -> {
          if (running != asked) {
            return running;
          }
          answer.set(found.get());
          return null;
        });
    Found<V> known = answer.get();
    if (known != null) {
      asked.complete(known);
    } else {
      var _ = get(key).whenComplete((again, bug) -> asked.complete(again));
    }
  }

  private Found<V> loaded(K key, Optional<V> value, long askedNanos) {
    if (value.isEmpty()) {
      held.invalidate(key);
      return new Found.Absent<>();
    }
    held.put(key, new Held<>(value.get(), askedNanos));
    return new Found.Present<>(value.get());
  }

  private Found<V> remembered(K key) {
    Held<V> old = held.getIfPresent(key);
    return old == null ? new Found.Unknown<>() : new Found.Present<>(old.value());
  }
}
