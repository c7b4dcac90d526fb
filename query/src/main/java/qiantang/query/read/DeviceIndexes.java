package qiantang.query.read;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import qiantang.query.waiting.StoreUnavailable;
import qiantang.store.model.EnterpriseId;

/**
 * Indexes of the devices of large enterprises, made beside the questions when lists are asked for,
 * and again when they have grown old. Blocks: virtual threads only.
 */
public final class DeviceIndexes {
  /** For so long the store may take to tell all of an enterprise's devices: a million in 30 s. */
  public static final Duration STORE_TIME_MAX = Duration.ofMinutes(5);

  /** Of a smaller enterprise all devices are gone through for each page. */
  static final int INDEXED_MIN = 2000;

  /** Of the heap for each device: what is read of it while an index is made is freed then. */
  static final int HEAP_BYTES = 4096;

  private static final Duration KEPT = Duration.ofMinutes(10);

  // Making one of a million devices takes seconds of two cores: a tenth of the time at most.
  private static final Duration OLD_MIN = Duration.ofSeconds(5);
  private static final int REST_FACTOR = 10;

  // Where the store does not let it be made again, it must not tell of long ago.
  private static final Duration TOO_OLD = Duration.ofMinutes(15);

  // That of some 20,000 devices is made within it.
  private static final Duration WAITED_FOR = Duration.ofSeconds(1);

  private static final Logger logger = LoggerFactory.getLogger(DeviceIndexes.class);

  private final Devices devices;
  private final InstantSource clock;
  private final long rowsMax;
  private final ReentrantLock one = new ReentrantLock();
  private final Map<EnterpriseId, CompletableFuture<@Nullable DeviceIndex>> underWay =
      new ConcurrentHashMap<>();
  private final Cache<EnterpriseId, DeviceIndex> kept;

  /** What there is of an enterprise. */
  sealed interface Found {
    /** It has few devices: all are gone through. */
    record Few() implements Found {}

    /** None yet, for it is being made; or none ever, for it has more than can be kept. */
    record None() implements Found {}

    /** The newest one. */
    record Made(DeviceIndex index) implements Found {}
  }

  /**
   * Indexes of these devices.
   *
   * @param devices whose store is waited for {@link #STORE_TIME_MAX}
   */
  public DeviceIndexes(Devices devices, InstantSource clock) {
    this.devices = devices;
    this.clock = clock;
    rowsMax = Runtime.getRuntime().maxMemory() / HEAP_BYTES;
    kept =
        Caffeine.newBuilder()
            .expireAfterAccess(KEPT)
            .maximumWeight(rowsMax)
            .<EnterpriseId, DeviceIndex>weigher((id, index) -> index.size())
            .build();
  }

  /** The index of an enterprise, as far as there is one. */
  Found of(EnterpriseId enterprise) {
    long counted = devices.counted(enterprise);
    if (counted < INDEXED_MIN) {
      return new Found.Few();
    }
    if (counted > rowsMax) {
      return new Found.None();
    }
    DeviceIndex index = kept.getIfPresent(enterprise);
    if (index != null && ageMillis(index) < TOO_OLD.toMillis()) {
      long restMillis = Math.max(OLD_MIN.toMillis(), REST_FACTOR * index.tookMillis());
      if (ageMillis(index) > restMillis) {
        var _ = making(enterprise);
      }
      return new Found.Made(index);
    }
    DeviceIndex made =
        making(enterprise)
            .copy()
            .completeOnTimeout(null, WAITED_FOR.toMillis(), TimeUnit.MILLISECONDS)
            .join();
    return made == null ? new Found.None() : new Found.Made(made);
  }

  private long ageMillis(DeviceIndex index) {
    return clock.millis() - index.madeMillis();
  }

  private CompletableFuture<@Nullable DeviceIndex> making(EnterpriseId enterprise) {
    CompletableFuture<@Nullable DeviceIndex> mine = new CompletableFuture<>();
    CompletableFuture<@Nullable DeviceIndex> other = underWay.putIfAbsent(enterprise, mine);
    if (other != null) {
      return other;
    }
    Thread.ofVirtual().name("device-index").start(() -> make(enterprise, mine));
    return mine;
  }

  /** One at a time: while it is made it takes some times as much as it is kept in. */
  private void make(EnterpriseId enterprise, CompletableFuture<@Nullable DeviceIndex> made) {
    one.lock();
    try {
      long beganMillis = clock.millis();
      DeviceIndex.Builder builder = new DeviceIndex.Builder();
      devices.fleet(enterprise, devices.activity(enterprise)).visit(builder::add);
      DeviceIndex index = builder.build(beganMillis, clock.millis() - beganMillis);
      kept.put(enterprise, index);
      made.complete(index);
    } catch (StoreUnavailable e) {
      logger.warn("cannot make the index of the devices of {}", enterprise, e);
    } finally {
      one.unlock();
      underWay.remove(enterprise);
      made.complete(null); // nothing but where it failed
    }
  }
}
