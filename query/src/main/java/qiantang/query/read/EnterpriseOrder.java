package qiantang.query.read;

import java.util.Comparator;
import org.jspecify.annotations.Nullable;
import qiantang.store.model.EnterpriseId;

/** In which order a platform's enterprises are listed. */
public enum EnterpriseOrder {
  /** By id: the order in which they lie. */
  ID("id"),
  /** By name, then id. */
  NAME("name"),
  /** Who has most devices comes first. */
  DEVICES("devices"),
  /** Who has most devices offline comes first. */
  OFFLINE("offline");

  private final String word;

  EnterpriseOrder(String word) {
    this.word = word;
  }

  /** The order of this word, or null. */
  public static @Nullable EnterpriseOrder ofWord(String word) {
    for (EnterpriseOrder order : values()) {
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
  public record Place(EnterpriseOrder order, long number, String name, EnterpriseId id)
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
      EnterpriseOrder order = ofWord(parts[0]);
      boolean isWhole =
          parts.length == 4 && parts[1].matches("-?[0-9]{1,18}") && EnterpriseId.isValid(parts[2]);
      return isWhole && order != null
          ? new Place(order, Long.parseLong(parts[1]), parts[3], new EnterpriseId(parts[2]))
          : null;
    }
  }
}
