package qiantang.store.health;

import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Numbers of milliseconds, by sign and power of two, each with how many there were and their sum:
 * enough for a median that is exact where all are alike, and merged by adding. Not thread-safe.
 */
public final class Octaves {
  private final SortedMap<Integer, Lot> lots = new TreeMap<>();

  /**
   * Numbers of one sign and power of two.
   *
   * @param sum in milliseconds
   */
  public record Lot(long count, long sum) {}

  /** Takes a number. */
  public void add(long millis) {
    add(octave(millis), new Lot(1, millis));
  }

  /** Takes numbers of one sign and power of two. */
  public void add(int octave, Lot lot) {
    lots.merge(octave, lot, (one, other) -> new Lot(one.count + other.count, one.sum + other.sum));
  }

  /** Takes all of others. */
  public void add(Octaves others) {
    others.lots.forEach(this::add);
  }

  /** All lots by sign and power of two, the smallest numbers first. */
  public SortedMap<Integer, Lot> lots() {
    return lots;
  }

  /** How many there are. */
  public long count() {
    return lots.values().stream().mapToLong(Lot::count).sum();
  }

  /** The mean of the lot in which the median lies; null for none. */
  public @Nullable Long median() {
    long behind = (count() + 1) / 2;
    for (Map.Entry<Integer, Lot> entry : lots.entrySet()) {
      behind -= entry.getValue().count();
      if (behind <= 0) {
        return Math.round((double) entry.getValue().sum() / entry.getValue().count());
      }
    }
    return null;
  }

  private static int octave(long millis) {
    int power = Long.SIZE - Long.numberOfLeadingZeros(Math.abs(millis));
    return millis < 0 ? -power : power;
  }
}
