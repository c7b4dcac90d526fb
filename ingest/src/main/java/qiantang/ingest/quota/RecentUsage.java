package qiantang.ingest.quota;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Duration;
import qiantang.store.journal.Ticker;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;

/**
 * What devices have used that were connected a moment ago, so that nobody begins anew by connecting
 * anew. Any thread.
 */
public final class RecentUsage {
  /** After so long a rate is as good as unused: it is the burst of all rates of a device. */
  static final Duration KEPT = Duration.ofMinutes(1);

  /** About 40 MB. Beyond it the oldest begin anew: they harm nobody but their enterprise. */
  private static final int DEVICES_MAX = 200_000;

  private record Key(EnterpriseId enterprise, DeviceId device) {}

  private final Cache<Key, Usage> usages;

  /** None yet. */
  public RecentUsage(Ticker ticker) {
    usages =
        Caffeine.newBuilder()
            .ticker(ticker::nanos)
            .maximumSize(DEVICES_MAX)
            .expireAfterWrite(KEPT)
            .build();
  }

  /** What a device has used that is not connected now. */
  Usage of(EnterpriseId enterprise, DeviceId device) {
    return usages.get(new Key(enterprise, device), key -> new Usage());
  }

  /** The same, of a device that connects: whoever has it now keeps it. */
  Usage take(EnterpriseId enterprise, DeviceId device) {
    Usage known = usages.asMap().remove(new Key(enterprise, device));
    return known == null ? new Usage() : known;
  }

  /** What an enterprise's devices used of this. */
  void forget(EnterpriseId enterprise, Usage.Of what) {
    usages
        .asMap()
        .forEach(
            (key, usage) -> {
              if (key.enterprise().equals(enterprise)) {
                usage.forget(what);
              }
            });
  }

  /** The last connection of a device has ended. */
  void keep(EnterpriseId enterprise, DeviceId device, Usage usage) {
    usages.put(new Key(enterprise, device), usage);
  }
}
