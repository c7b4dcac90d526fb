package qiantang.query.read;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Duration;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import qiantang.query.waiting.StoreWait;
import qiantang.store.codec.KeptCodec;
import qiantang.store.health.EnterpriseCount;
import qiantang.store.health.ModelBounds;
import qiantang.store.kept.KeptTables;
import qiantang.store.model.EnterpriseId;

/** What was counted last of enterprises. Blocks: virtual threads only. */
public final class KeptCounts {
  // Counts are a minute old anyway.
  private static final Duration KEPT = Duration.ofSeconds(5);

  // Some KB each, 300 KB where an enterprise has a thousand lines and models.
  private static final int KEPT_MAX = 500;

  private final KeptTables tables;
  private final StoreWait store;
  private final Cache<EnterpriseId, Optional<Found>> kept =
      Caffeine.newBuilder().expireAfterWrite(KEPT).maximumSize(KEPT_MAX).build();

  /** What was counted, and when, in milliseconds since 1970. */
  public record Found(EnterpriseCount count, long countedMillis) {}

  /** Reads from these tables. */
  public KeptCounts(KeptTables tables, StoreWait store) {
    this.tables = tables;
    this.store = store;
  }

  /** What was counted; empty where it never was. */
  public Optional<Found> of(EnterpriseId enterprise) {
    Optional<Found> known = kept.getIfPresent(enterprise);
    if (known == null) {
      known =
          store
              .await(tables.read(enterprise))
              .flatMap(
                  row ->
                      Optional.ofNullable(KeptCodec.enterprise(row.bytes()))
                          .map(count -> new Found(count, row.countedMillis())));
      kept.put(enterprise, known);
    }
    return known;
  }

  /** What is usual among an enterprise's devices, by model. */
  SortedMap<String, ModelBounds> bounds(EnterpriseId enterprise) {
    return of(enterprise).map(found -> found.count().bounds()).orElseGet(TreeMap::new);
  }
}
