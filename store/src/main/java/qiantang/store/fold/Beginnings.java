package qiantang.store.fold;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;
import qiantang.store.registry.Registry;

/**
 * From when on the data of devices counts that were created under the ids of deleted ones. Who
 * hears of changes reads an enterprise's once; all others read them each time. Any thread.
 */
public final class Beginnings {
  // Of most enterprises that there is none, 100 B; else 150 B a device. 30 MB.
  private static final long KEPT_MAX = 200_000;
  private static final Duration KEPT = Duration.ofMinutes(5); // nobody asks for it any more

  private final Registry registry;
  private final BooleanSupplier hears;
  private final Cache<EnterpriseId, Map<DeviceId, Mask>> kept =
      Caffeine.newBuilder()
          .expireAfterWrite(KEPT)
          .maximumWeight(KEPT_MAX)
          .weigher((EnterpriseId id, Map<DeviceId, Mask> some) -> 1 + some.size())
          .build();
  private final AtomicLong generation = new AtomicLong();

  /**
   * Beginnings of a registry.
   *
   * @param hears whether every change until now was heard, and {@link #forget} called for it
   */
  public Beginnings(Registry registry, BooleanSupplier hears) {
    this.registry = registry;
    this.hears = hears;
  }

  /** Beginnings that are read from a registry each time. */
  public Beginnings(Registry registry) {
    this(registry, () -> false);
  }

  /** These masks, and what hides what came of devices before they began anew. */
  public CompletionStage<Masks> with(EnterpriseId enterprise, Masks masks) {
    boolean mayKeep = hears.getAsBoolean();
    Map<DeviceId, Mask> known = mayKeep ? kept.getIfPresent(enterprise) : null;
    if (known != null) {
      return CompletableFuture.completedFuture(masks.with(known));
    }
    long before = generation.get();
    return registry
        .beginnings(enterprise)
        .thenApply(
            begun -> {
              Map<DeviceId, Mask> earlier = masks(enterprise, begun);
              if (mayKeep) {
                kept.put(enterprise, earlier);
              }
              if (generation.get() != before) {
                kept.invalidate(enterprise); // perhaps from before a change that was heard since
              }
              return masks.with(earlier);
            });
  }

  private static Map<DeviceId, Mask> masks(EnterpriseId enterprise, Map<DeviceId, Instant> begun) {
    Map<DeviceId, Mask> masks = new HashMap<>();
    begun.forEach(
        (device, from) ->
            masks.put(
                device, Mask.of(enterprise, device, Mask.ALL_TIMES, from.toEpochMilli() - 1, 0)));
    return Map.copyOf(masks);
  }

  /** A device of it began anew, or may have. */
  public void forget(EnterpriseId enterprise) {
    generation.incrementAndGet();
    kept.invalidate(enterprise);
  }

  /** Changes may have been missed. */
  public void forgetAll() {
    generation.incrementAndGet();
    kept.invalidateAll();
  }
}
