package qiantang.query.read;

import com.github.benmanes.caffeine.cache.AsyncCache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import qiantang.query.waiting.StoreUnavailable;
import qiantang.query.waiting.StoreWait;
import qiantang.store.model.EnterpriseId;
import qiantang.store.registry.UnitTables;
import qiantang.store.registry.Units;

/** The units of enterprises, as they were within the last seconds. Blocks: virtual threads only. */
public final class KeptUnits {
  /** So long other nodes may go on with what was changed. */
  private static final Duration KEPT = Duration.ofSeconds(10);

  // Some 150 B each: 30 MB where they are used up, by 200 enterprises that said all they may.
  private static final int UNITS_MAX = 200_000;

  private static final Logger logger = LoggerFactory.getLogger(KeptUnits.class);

  private final UnitTables tables;
  private final StoreWait store;
  // Of futures: who forgets one that is under way takes it out, and it is not put back.
  private final AsyncCache<EnterpriseId, Units> kept =
      Caffeine.newBuilder()
          .expireAfterWrite(KEPT)
          .maximumWeight(UNITS_MAX)
          .weigher((EnterpriseId id, Units units) -> 1 + units.byMetric().size())
          .buildAsync();

  /** Reads from these tables. */
  public KeptUnits(UnitTables tables, StoreWait store) {
    this.tables = tables;
    this.store = store;
  }

  /** Those of an enterprise. Values are told without units where these cannot be read. */
  public Units of(EnterpriseId enterprise) {
    try {
      return store.await(
          kept.get(enterprise, (id, executor) -> tables.read(id).toCompletableFuture()));
    } catch (StoreUnavailable e) {
      logger.warn("values of {} are told without units: {}", enterprise, e.getMessage());
      return Units.NONE;
    }
  }

  /** They were changed by this node, which tells them as they are from now on. */
  public void forget(EnterpriseId enterprise) {
    kept.asMap().remove(enterprise);
  }
}
