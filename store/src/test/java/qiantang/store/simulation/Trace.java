package qiantang.store.simulation;

import java.util.ArrayDeque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What happened in a world, as a hash of all of it and, where one is wanted, as its last lines. One
 * thread.
 */
final class Trace {
  private final VirtualTime time;
  private final int linesMax;
  private final ArrayDeque<String> lines = new ArrayDeque<>();
  private long hash = 17;

  /** A trace that keeps so many lines; 0 for the hash alone, which costs a tenth. */
  Trace(VirtualTime time, int linesMax) {
    this.time = time;
    this.linesMax = linesMax;
  }

  /**
   * Something happened.
   *
   * @param number goes into the hash
   * @param detail goes into the line alone
   */
  void note(String who, String what, long number, @Nullable Object detail) {
    mix(time.nanos());
    mix(who.hashCode());
    mix(what.hashCode());
    mix(number);
    if (linesMax > 0) {
      if (lines.size() == linesMax) {
        lines.remove();
      }
      lines.add(
          "%s %-9s %s %d%s"
              .formatted(time.instant(), who, what, number, detail == null ? "" : " " + detail));
    }
  }

  /** Takes a number into the hash. */
  void mix(long number) {
    long mixed = (hash ^ number) * 0x9E3779B97F4A7C15L;
    hash = mixed ^ (mixed >>> 29);
  }

  /** The same for two runs of one seed. */
  long hash() {
    return hash;
  }

  /** The last lines. */
  List<String> lines() {
    return List.copyOf(lines);
  }
}
