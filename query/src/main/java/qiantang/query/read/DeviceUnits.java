package qiantang.query.read;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import qiantang.query.access.AccessWatch;
import qiantang.query.waiting.StoreUnavailable;
import qiantang.store.count.DeviceEvidence;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;
import qiantang.store.read.Activity;
import qiantang.store.registry.AccessChange;
import qiantang.store.registry.Device;
import qiantang.store.registry.Units;

/**
 * The units in which devices measure, for answers that tell values of them. Models of devices are
 * looked up only where the enterprise has units of models, and remembered. Blocks: virtual threads
 * only.
 */
public final class DeviceUnits {
  // About 150 B each: 30 MB.
  private static final int MODELS_MAX = 200_000;

  // A model stays what it is, until another device has the id, of which the watch tells. One that
  // nobody said may be said a second later, by discovery.
  private static final Duration MODEL_KEPT = Duration.ofMinutes(5);
  private static final Duration NONE_KEPT = Duration.ofSeconds(10);

  private static final Logger logger = LoggerFactory.getLogger(DeviceUnits.class);

  private final KeptUnits kept;
  private final Devices devices;
  private final Cache<Key, String> models =
      Caffeine.newBuilder()
          .maximumSize(MODELS_MAX)
          .expireAfter(
              Expiry.<Key, String>writing((key, model) -> model.isEmpty() ? NONE_KEPT : MODEL_KEPT))
          .build();

  private record Key(EnterpriseId enterprise, DeviceId device) {}

  /** Units of these devices; a watch tells whose model to look up again. */
  public DeviceUnits(KeptUnits kept, Devices devices, AccessWatch watch) {
    this.kept = kept;
    this.devices = devices;
    watch.tell(this::hear);
  }

  /** Those of a device whose model is known. */
  public Units.OfModel of(EnterpriseId enterprise, FleetDevice device) {
    return kept.of(enterprise).ofModel(device.model());
  }

  /** Those of one device. */
  public Units.OfModel of(EnterpriseId enterprise, DeviceId device) {
    return of(enterprise, List.of(device)).apply(device);
  }

  /** Those of each of some devices. */
  public Function<DeviceId, Units.OfModel> of(EnterpriseId enterprise, Collection<DeviceId> some) {
    Units units = kept.of(enterprise);
    if (!units.nameModels()) {
      Units.OfModel ofAll = units.ofModel(Units.Metric.ALL);
      return device -> ofAll;
    }
    try {
      Map<DeviceId, String> told = models(enterprise, some);
      return device -> units.ofModel(told.getOrDefault(device, Units.Metric.ALL));
    } catch (StoreUnavailable e) {
      // A unit that is another model's would be worse than none.
      logger.warn("values of {} are told without units: {}", enterprise, e.getMessage());
      return device -> Units.OfModel.NONE;
    }
  }

  private Map<DeviceId, String> models(EnterpriseId enterprise, Collection<DeviceId> some) {
    Map<DeviceId, String> told = new HashMap<>();
    List<DeviceId> unknown = new ArrayList<>();
    for (DeviceId device : some) {
      String model = models.getIfPresent(new Key(enterprise, device));
      if (model == null) {
        unknown.add(device);
      } else {
        told.put(device, model);
      }
    }
    if (!unknown.isEmpty()) {
      Map<DeviceId, String> fresh = read(enterprise, unknown);
      fresh.forEach((device, model) -> models.put(new Key(enterprise, device), model));
      told.putAll(fresh);
    }
    return told;
  }

  /** What the registry does not say, births do. */
  private Map<DeviceId, String> read(EnterpriseId enterprise, List<DeviceId> some) {
    Map<DeviceId, String> found = new HashMap<>();
    for (Device row : devices.rowsOf(enterprise, some)) {
      found.put(row.id(), row.model());
    }
    List<DeviceId> silent =
        some.stream().filter(device -> found.getOrDefault(device, "").isEmpty()).toList();
    if (!silent.isEmpty()) {
      Activity seen = devices.activityOf(enterprise, Set.copyOf(silent));
      silent.forEach(device -> found.put(device, DeviceEvidence.model(null, seen.of(device))));
    }
    return found;
  }

  private void hear(@Nullable AccessChange change) {
    if (change == null) {
      models.invalidateAll();
    } else if (change.device() != null && change.credential() == null) {
      models.invalidate(new Key(change.enterprise(), change.device()));
    }
  }
}
