package qiantang.sim.audit;

import java.util.Arrays;
import java.util.BitSet;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Which of the numbers from a first one on have been seen. Below the highest seen number only what
 * is missing takes memory: ranges, 16 bytes each, and beyond {@value #RANGES_MAX} of them one bit
 * for each number behind the first that is missing. So a right answer of any length takes {@value
 * #WORDS_AT_REST} words, and the worst one of n messages n / 64 words more. One thread.
 */
final class Gaps {
  /** 4 KiB: as much as the bitmap of a device that sends for nine hours at 1 Hz. */
  static final int RANGES_MAX = 256;

  static final int WORDS_AT_REST = 16;

  private static final int RANGES_AT_FIRST = 4;

  private long next;
  private long[] bounds = new long[2 * RANGES_AT_FIRST];
  private int count;
  private @Nullable BitSet missing;
  private long missingFrom;

  /**
   * Nothing has been seen.
   *
   * @param first the lowest number that can be seen
   */
  Gaps(long first) {
    next = first;
  }

  /** Takes note of a number; false if it had been seen before. */
  boolean see(long n) {
    if (n >= next) {
      if (n > next) {
        open(next, n);
      }
      next = n + 1;
      return true;
    }
    return missing == null ? closeInRanges(n) : closeInBits(missing, n);
  }

  boolean isMissing(long n) {
    if (n >= next) {
      return true;
    }
    return missing == null ? rangeOf(n) >= 0 : n >= missingFrom && missing.get(bit(n));
  }

  /** Whether every number below the limit has been seen. */
  boolean noneBelow(long limit) {
    boolean holes = missing == null ? count > 0 && bounds[0] < limit : !missing.isEmpty();
    return next >= limit && !holes;
  }

  /** Hands on what has not been seen below the limit, upwards. */
  void forEachBelow(long limit, LongConsumer action) {
    BitSet bits = missing;
    if (bits == null) {
      for (int i = 0; i < count; i++) {
        for (long n = bounds[2 * i]; n < Math.min(limit, bounds[2 * i + 1]); n++) {
          action.accept(n);
        }
      }
    } else {
      for (int i = bits.nextSetBit(0); i >= 0 && missingFrom + i < limit; ) {
        action.accept(missingFrom + i);
        i = bits.nextSetBit(i + 1);
      }
    }
    for (long n = next; n < limit; n++) {
      action.accept(n);
    }
  }

  /** What it holds, in words of 8 bytes. */
  int words() {
    return WORDS_AT_REST + bounds.length + (missing == null ? 0 : missing.size() / Long.SIZE);
  }

  private void open(long from, long to) {
    if (missing == null && count == RANGES_MAX) {
      turnIntoBits();
    }
    if (missing != null) {
      missing.set(bit(from), bit(to));
      return;
    }
    insert(count, from, to);
  }

  private boolean closeInRanges(long n) {
    int i = rangeOf(n);
    if (i < 0) {
      return false;
    }
    long from = bounds[2 * i];
    long to = bounds[2 * i + 1];
    if (from == n && to == n + 1) {
      System.arraycopy(bounds, 2 * i + 2, bounds, 2 * i, 2 * (count - i - 1));
      count--;
    } else if (from == n) {
      bounds[2 * i] = n + 1;
    } else if (to == n + 1) {
      bounds[2 * i + 1] = n;
    } else if (count == RANGES_MAX) {
      turnIntoBits();
      return see(n);
    } else {
      bounds[2 * i + 1] = n;
      insert(i + 1, n + 1, to);
    }
    return true;
  }

  private boolean closeInBits(BitSet bits, long n) {
    if (n < missingFrom || !bits.get(bit(n))) {
      return false;
    }
    bits.clear(bit(n));
    return true;
  }

  private void insert(int index, long from, long to) {
    if (2 * count == bounds.length) {
      bounds = Arrays.copyOf(bounds, 2 * bounds.length);
    }
    System.arraycopy(bounds, 2 * index, bounds, 2 * index + 2, 2 * (count - index));
    bounds[2 * index] = from;
    bounds[2 * index + 1] = to;
    count++;
  }

  /** The range that holds the number, or -1. */
  private int rangeOf(long n) {
    int low = 0;
    int high = count - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      if (n < bounds[2 * middle]) {
        high = middle - 1;
      } else if (n >= bounds[2 * middle + 1]) {
        low = middle + 1;
      } else {
        return middle;
      }
    }
    return -1;
  }

  private void turnIntoBits() {
    BitSet bits = new BitSet();
    missingFrom = bounds[0];
    for (int i = 0; i < count; i++) {
      bits.set(bit(bounds[2 * i]), bit(bounds[2 * i + 1]));
    }
    missing = bits;
    bounds = new long[0];
    count = 0;
  }

  private int bit(long n) {
    return Math.toIntExact(n - missingFrom);
  }
}
