package qiantang.ingest.payload;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import qiantang.store.model.DeviceId;

/**
 * The devices one gateway's session has named. Beyond the limit the one not named for longest is
 * forgotten and, when named again, announced again, which changes nothing. Event loop only.
 */
public final class SubDevices {
  /** Gateways speak for up to 2,000 devices; twice that, about 600 KB, is remembered. */
  static final int REMEMBERED_MAX = 4096;

  // Most clients speak for themselves alone, and a map takes 64 bytes of each.
  private @Nullable Map<String, SubDevice> byName;

  /** None named yet. */
  public SubDevices() {}

  /** The device of a name, the same one as long as it is remembered. */
  public SubDevice named(String name) {
    Map<String, SubDevice> devices = byName;
    if (devices == null) {
      devices = new Remembered();
      byName = devices;
    }
    return devices.computeIfAbsent(name, fresh -> new SubDevice(fresh, DeviceId.ofName(fresh)));
  }

  /** These were deleted; most sessions never named them. */
  public void deleted(Set<DeviceId> ids) {
    if (byName != null) {
      byName.values().stream()
          .filter(device -> ids.contains(device.id()))
          .forEach(SubDevice::deleted);
    }
  }

  /** Those whose names begin so and whose births were written. */
  public List<SubDevice> announced(String prefix) {
    return byName == null
        ? List.of()
        : byName.values().stream()
            .filter(device -> device.isAnnounced() && device.name().startsWith(prefix))
            .toList();
  }

  /** In order of use, the one not used for longest first. */
  private static final class Remembered extends LinkedHashMap<String, SubDevice> {
    private static final long serialVersionUID = 1L;

    Remembered() {
      super(16, 0.75f, true);
    }

    @Override
    protected boolean removeEldestEntry(Map.Entry<String, SubDevice> eldest) {
      return size() > REMEMBERED_MAX;
    }
  }
}
