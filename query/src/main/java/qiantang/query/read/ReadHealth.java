package qiantang.query.read;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import qiantang.query.auth.Leave;
import qiantang.query.waiting.StoreWait;
import qiantang.store.codec.KeptCodec;
import qiantang.store.count.EnterpriseCounter;
import qiantang.store.health.EnterpriseCount;
import qiantang.store.health.HealthCounts;
import qiantang.store.health.PlatformCount;
import qiantang.store.kept.KeptTables;
import qiantang.store.kept.KeptTables.KeptHour;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;
import qiantang.store.read.Completeness;

/** How well an enterprise's devices are. Blocks: virtual threads only. */
public final class ReadHealth {
  /** Of how many hours there is a trend. */
  static final int HOURS_MAX = 24;

  /**
   * Up to so many devices are counted when they are asked for, a second's work; of more is told
   * what was counted last, a minute ago.
   */
  static final long COUNTED_NOW_MAX = 20_000;

  private static final long HOUR_MILLIS = 3_600_000;

  private final EnterpriseCounter counter;
  private final KeptCounts kept;
  private final KeptTables tables;
  private final Devices devices;
  private final StoreWait store;

  /** What was counted in an hour. */
  public record Hour(long atMillis, HealthCounts counts) {
    /** Of an hour since 1970. */
    static Hour of(long hour, HealthCounts counts) {
      return new Hour(hour * HOUR_MILLIS, counts);
    }
  }

  /** The answer. */
  public record Found(
      EnterpriseCount count, long atMillis, List<Hour> trend, Completeness completeness) {}

  /** Reads from these. */
  public ReadHealth(
      EnterpriseCounter counter,
      KeptCounts kept,
      KeptTables tables,
      Devices devices,
      StoreWait store) {
    this.counter = counter;
    this.kept = kept;
    this.tables = tables;
    this.devices = devices;
    this.store = store;
  }

  /** Of all devices. */
  public Found run(Leave leave) {
    EnterpriseId enterprise = leave.enterprise();
    KeptCounts.@Nullable Found last = kept.of(enterprise).orElse(null);
    if (last == null || last.count().all().total() <= COUNTED_NOW_MAX) {
      EnterpriseCounter.Result before =
          last == null ? null : EnterpriseCounter.Result.kept(last.count(), last.countedMillis());
      EnterpriseCounter.Result now = store.await(counter.count(enterprise, before));
      return new Found(
          now.count(), now.millis(), trend(enterprise, now.millis()), now.completeness());
    }
    return new Found(
        last.count(),
        last.countedMillis(),
        trend(enterprise, last.countedMillis()),
        Completeness.ofCounts(true, last.countedMillis()));
  }

  /** Of one device. */
  public Optional<Devices.Told> ofDevice(Leave leave, DeviceId device) {
    return devices
        .look(leave.enterprise(), device)
        .map(told -> new Devices.Told(told.device().seenBy(leave.sight()), told.completeness()));
  }

  private List<Hour> trend(EnterpriseId enterprise, long nowMillis) {
    List<Hour> trend = new ArrayList<>();
    for (KeptHour hour : store.await(tables.readHours(enterprise))) {
      PlatformCount count = KeptCodec.platform(hour.bytes());
      if (count != null && hour.hour() > Math.floorDiv(nowMillis, HOUR_MILLIS) - HOURS_MAX) {
        trend.add(Hour.of(hour.hour(), count.devices()));
      }
    }
    return trend;
  }
}
