package qiantang.ingest.payload;

import java.util.LinkedHashMap;
import java.util.Map;
import qiantang.store.model.DeviceId;

/**
 * The devices one gateway's session has named. Beyond the limit the one not named for longest is
 * forgotten and, when named again, announced again, which changes nothing. Event loop only.
 */
public final class SubDevices {
  /** Gateways speak for up to 2,000 devices; twice that, about 600 KB, is remembered. */
  static final int REMEMBERED_MAX = 4096;

  private final Map<String, SubDevice> byName =
      new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, SubDevice> eldest) {
          return size() > REMEMBERED_MAX;
        }
      };

  /** None named yet. */
  public SubDevices() {}

  /** The device of a name, the same one as long as it is remembered. */
  public SubDevice named(String name) {
    SubDevice known = byName.get(name);
    if (known == null) {
      known = new SubDevice(name, DeviceId.ofName(name));
      byName.put(name, known);
    }
    return known;
  }
}
