package qiantang.query.read;

import java.util.Comparator;
import org.jspecify.annotations.Nullable;
import qiantang.store.model.DeviceId;

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

  /** The order of this word, or null. */
  public static @Nullable DeviceOrder ofWord(String word) {
    for (DeviceOrder order : values()) {
      if (order.word.equals(word)) {
        return order;
      }
    }
    return null;
  }

  /**
   * A place in an order.
   *
   * @param number what comes first has the smallest
   */
  public record Place(DeviceOrder order, long number, String name, DeviceId id)
      implements Comparable<Place> {
    private static final Comparator<Place> COMPARATOR =
        Comparator.comparingLong(Place::number).thenComparing(Place::name).thenComparing(Place::id);

    @Override
    public int compareTo(Place other) {
      return COMPARATOR.compare(this, other);
    }

    /** As a text: {@link #parse} reads it. */
    public String text() {
      return order.word + " " + number + " " + id + " " + name;
    }

    /** The place of a text, or null. */
    public static @Nullable Place parse(String text) {
      String[] parts = text.split(" ", 4);
      DeviceOrder order = ofWord(parts[0]);
      boolean isWhole =
          parts.length == 4
              && order != null
              && parts[1].matches("-?[0-9]{1,18}|" + Long.MAX_VALUE)
              && DeviceId.isValid(parts[2]);
      return isWhole && order != null
          ? new Place(order, Long.parseLong(parts[1]), parts[3], new DeviceId(parts[2]))
          : null;
    }
  }

  /** Where a device comes. */
  Place of(FleetDevice device) {
    return switch (this) {
      case ID -> new Place(this, 0, "", device.id());
      case NAME -> new Place(this, 0, device.name(), device.id());
      case SINCE -> newest(device, device.sinceMicros());
      case READING -> newest(device, device.health().evidence().lastEventMillis());
    };
  }

  private Place newest(FleetDevice device, @Nullable Long time) {
    return new Place(this, time == null ? Long.MAX_VALUE : -time, "", device.id());
  }
}
