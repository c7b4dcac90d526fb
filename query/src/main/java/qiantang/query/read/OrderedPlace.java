package qiantang.query.read;

import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/**
 * Where an item comes in an ordered list: what a cursor remembers, so that the next page begins
 * behind it whatever has changed meanwhile.
 *
 * @param order the word of the order
 * @param number what comes first has the smallest
 * @param name tells items of one number apart
 * @param id tells those of one name apart
 */
public record OrderedPlace(String order, long number, String name, String id)
    implements Comparable<OrderedPlace> {
  private static final Comparator<OrderedPlace> COMPARATOR =
      Comparator.comparingLong(OrderedPlace::number)
          .thenComparing(OrderedPlace::name)
          .thenComparing(OrderedPlace::id);

  @Override
  public int compareTo(OrderedPlace other) {
    return COMPARATOR.compare(this, other);
  }

  /** As a text: {@link #parse} reads it. */
  public String text() {
    return order + " " + number + " " + id + " " + name;
  }

  /** The place of a text, if it is one of this order; else null. */
  public static @Nullable OrderedPlace parse(String text, String order) {
    String[] parts = text.split(" ", 4);
    boolean isOne =
        parts.length == 4
            && parts[0].equals(order)
            && parts[1].matches("-?[0-9]{1,18}|" + Long.MAX_VALUE);
    return isOne ? new OrderedPlace(order, Long.parseLong(parts[1]), parts[3], parts[2]) : null;
  }
}
