package qiantang.ingest.quota;

import java.util.EnumMap;
import java.util.Map;
import qiantang.store.registry.Quota;
import qiantang.store.registry.Quotas;

/** What holds for one enterprise on this node. */
public final class Limits {
  /** Nothing is limited. */
  public static final Limits OFF = new Limits();

  private final Map<Quota, Limit> limits = new EnumMap<>(Quota.class);
  private final boolean isOff;

  /** By an enterprise's quotas. */
  public Limits(Quotas quotas) {
    isOff = false;
    for (Quota quota : Quota.values()) {
      limits.put(quota, Limit.of(quota, quotas));
    }
  }

  private Limits() {
    isOff = true;
    for (Quota quota : Quota.values()) {
      limits.put(quota, new Limit(quota, quota.period().isZero() ? quota.usual() : Limit.NONE));
    }
  }

  /** Whether nothing is limited: then nobody needs to reckon. */
  public boolean isOff() {
    return isOff;
  }

  /** What holds of this quota. */
  public Limit of(Quota quota) {
    Limit limit = limits.get(quota);
    if (limit == null) {
      throw new AssertionError("BUG: no limit of " + quota);
    }
    return limit;
  }
}
