package qiantang.store.registry;

import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;

/**
 * The quotas of one enterprise.
 *
 * @param set those that an operator has set; the others are as usual
 */
public record Quotas(Map<Quota, Long> set) {
  /** All as usual. */
  public static final Quotas USUAL = new Quotas(Map.of());

  public Quotas {
    Map<Quota, Long> copy = new EnumMap<>(Quota.class);
    copy.putAll(set);
    set = Collections.unmodifiableMap(copy);
  }

  /** What holds. */
  public long of(Quota quota) {
    return set.getOrDefault(quota, quota.usual());
  }

  /** The same with other values; 0 for the usual one. */
  public Quotas with(Map<Quota, Long> changes) {
    Map<Quota, Long> merged = new EnumMap<>(Quota.class);
    merged.putAll(set);
    merged.putAll(changes);
    merged.values().removeIf(value -> value == 0);
    return new Quotas(merged);
  }
}
