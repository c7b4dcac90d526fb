package qiantang.query.access;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * What was read of access, used as long as every change of it is heard. Any thread.
 *
 * @param <K> what it is found by
 * @param <V> what was read
 */
public final class Remembered<K, V> {
  // So that nothing stays for ever that nobody asks for; what holds is decided by the watch.
  private static final Duration KEPT = Duration.ofMinutes(5);

  private final AccessWatch watch;
  private final Cache<K, V> kept;
  private final AtomicLong generation = new AtomicLong();

  /**
   * Remembers some.
   *
   * @param weightMax of all together
   * @param weight of one
   */
  public Remembered(AccessWatch watch, long weightMax, ToIntFunction<V> weight) {
    this.watch = watch;
    kept =
        Caffeine.newBuilder()
            .expireAfterWrite(KEPT)
            .maximumWeight(weightMax)
            .weigher((K key, V value) -> weight.applyAsInt(value))
            .build();
  }

  /** The value if it is remembered and nothing can have changed it; null where it must be asked. */
  public @Nullable V ifKnown(K key) {
    return watch.hasHeard() ? kept.getIfPresent(key) : null;
  }

  /** The value; asked for where nothing is remembered, or changes may have been missed. */
  public V get(K key, Supplier<V> ask) {
    V known = ifKnown(key);
    if (known != null) {
      return known;
    }
    long before = generation.get();
    V fresh = ask.get();
    kept.put(key, fresh);
    if (generation.get() != before) {
      // Something was forgotten while we asked; what we were told may be from before.
      kept.invalidate(key);
    }
    return fresh;
  }

  /**
   * Those of several; what is not remembered is asked for in one go.
   *
   * @param ask answers in the order in which it is asked
   */
  public Map<K, V> getAll(Collection<K> keys, Function<List<K>, List<V>> ask) {
    Map<K, V> all = new HashMap<>();
    List<K> unknown = new ArrayList<>();
    for (K key : keys) {
      V known = ifKnown(key);
      if (known == null) {
        unknown.add(key);
      } else {
        all.put(key, known);
      }
    }
    if (!unknown.isEmpty()) {
      long before = generation.get();
      List<V> fresh = ask.apply(unknown);
      for (int i = 0; i < unknown.size(); i++) {
        all.put(unknown.get(i), fresh.get(i));
        kept.put(unknown.get(i), fresh.get(i));
      }
      if (generation.get() != before) {
        kept.invalidateAll(unknown);
      }
    }
    return all;
  }

  /** Forgets one, also where it is being asked for. */
  public void forget(K key) {
    generation.incrementAndGet();
    kept.invalidate(key);
  }

  /** The same with all of these. */
  public void forgetIf(Predicate<K> keys) {
    generation.incrementAndGet();
    kept.asMap().keySet().removeIf(keys);
  }
}
