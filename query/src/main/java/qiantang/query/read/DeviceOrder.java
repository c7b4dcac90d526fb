package qiantang.query.read;

import org.jspecify.annotations.Nullable;

/** In which order devices are listed. */
public enum DeviceOrder {
  /** By id: the order in which they lie, so any number of them. */
  ID("id"),
  /** By name, then id. */
  NAME("name"),
  /** Who was connected or not last comes first; who never was comes last. */
  SINCE("since"),
  /** Whose newest reading is the newest comes first; who has none comes last. */
  READING("reading");

  private final String word;

  DeviceOrder(String word) {
    this.word = word;
  }

  /** The word used in queries. */
  public String word() {
    return word;
  }

  /** Where a device comes. */
  OrderedPlace of(FleetDevice device) {
    return switch (this) {
      case ID -> place(0, "", device);
      case NAME -> place(0, device.name(), device);
      case SINCE -> newest(device, device.sinceMicros());
      case READING -> newest(device, device.health().evidence().lastEventMillis());
    };
  }

  private OrderedPlace newest(FleetDevice device, @Nullable Long time) {
    return place(time == null ? Long.MAX_VALUE : -time, "", device);
  }

  private OrderedPlace place(long number, String name, FleetDevice device) {
    return new OrderedPlace(word, number, name, device.id().text());
  }
}
