package qiantang.query.read;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import qiantang.query.waiting.StoreUnavailable;
import qiantang.store.model.EnterpriseId;

/**
 * Indexes of the devices of large enterprises, made when lists are asked for and again, beside the
 * questions, when they have grown old. Blocks: virtual threads only.
 */
public final class DeviceIndexes {
  /** Of a smaller enterprise all devices are gone through for each page. */
  static final int INDEXED_MIN = 2000;

  /** A share of the heap that all indexes take. */
  private static final int HEAP_SHARE = 8;

  private static final Duration KEPT = Duration.ofMinutes(10);

  // Making one of a million devices takes seconds of two cores: a tenth of the time at most.
  private static final Duration OLD_MIN = Duration.ofSeconds(5);
  private static final int REST_FACTOR = 10;

  // Where the store does not let it be made again, lists fail rather than tell of long ago.
  private static final Duration TOO_OLD = Duration.ofMinutes(15);

  private static final Logger logger = LoggerFactory.getLogger(DeviceIndexes.class);

  private final Devices devices;
  private final KeptCounts counts;
  private final InstantSource clock;
  private final int indexedMin;
  private final long rowsMax;
  private final ReentrantLock one = new ReentrantLock();
  private final Set<EnterpriseId> renewing = ConcurrentHashMap.newKeySet();
  private final Cache<EnterpriseId, DeviceIndex> kept;

  /** Indexes of these devices. */
  public DeviceIndexes(Devices devices, KeptCounts counts, InstantSource clock) {
    this(devices, counts, clock, INDEXED_MIN);
  }

  /** Indexes of enterprises with so many devices or more. */
  DeviceIndexes(Devices devices, KeptCounts counts, InstantSource clock, int indexedMin) {
    this.devices = devices;
    this.counts = counts;
    this.clock = clock;
    this.indexedMin = indexedMin;
    rowsMax = Runtime.getRuntime().maxMemory() / HEAP_SHARE / DeviceIndex.ROW_BYTES;
    kept =
        Caffeine.newBuilder()
            .expireAfterAccess(KEPT)
            .maximumWeight(rowsMax)
            .<EnterpriseId, DeviceIndex>weigher((id, index) -> index.rows().size())
            .build();
  }

  /** The index of an enterprise; null where it has few devices, or more than can be kept. */
  @Nullable DeviceIndex of(EnterpriseId enterprise) {
    long total = counts.of(enterprise).map(found -> found.count().all().total()).orElse(0L);
    if (total < indexedMin || total > rowsMax) {
      return null;
    }
    DeviceIndex index = kept.getIfPresent(enterprise);
    if (index == null || ageMillis(index) > TOO_OLD.toMillis()) {
      return first(enterprise);
    }
    long restMillis = Math.max(OLD_MIN.toMillis(), REST_FACTOR * index.tookMillis());
    if (ageMillis(index) > restMillis && renewing.add(enterprise)) {
      Thread.ofVirtual().name("device-index").start(() -> renew(enterprise));
    }
    return index;
  }

  private long ageMillis(DeviceIndex index) {
    return clock.millis() - index.madeMillis();
  }

  /** One at a time: while it is made it takes some times as much as it is kept in. */
  private DeviceIndex first(EnterpriseId enterprise) {
    one.lock();
    try {
      DeviceIndex index = kept.getIfPresent(enterprise);
      if (index == null || ageMillis(index) > TOO_OLD.toMillis()) {
        index = make(enterprise);
      }
      return index;
    } finally {
      one.unlock();
    }
  }

  private void renew(EnterpriseId enterprise) {
    one.lock();
    try {
      var _ = make(enterprise);
    } catch (StoreUnavailable e) {
      logger.warn("cannot renew the index of the devices of {}", enterprise, e);
    } finally {
      one.unlock();
      renewing.remove(enterprise);
    }
  }

  private DeviceIndex make(EnterpriseId enterprise) {
    long beganMillis = clock.millis();
    DeviceIndex.Builder builder = new DeviceIndex.Builder();
    devices.fleet(enterprise, devices.activity(enterprise)).visit(builder::add);
    DeviceIndex index = builder.build(beganMillis, clock.millis() - beganMillis);
    kept.put(enterprise, index);
    return index;
  }
}
