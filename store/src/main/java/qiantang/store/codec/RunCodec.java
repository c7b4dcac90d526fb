package qiantang.store.codec;

import java.util.Arrays;

/**
 * Up to {@link #LENGTH} consecutive numbers of a sequence, each as what is left of it when a
 * prediction is taken away, in as few bits as the largest rest needs. Of four predictions and their
 * patched forms the cheapest is taken, run by run.
 *
 * <pre>
 * run    := mode(2 bits) width(6 bits) [width(1) patches(1)] reference(zigzag) [slope(zigzag)]
 *           [delta(zigzag)] rest(width bits)* patch*
 * patch  := index(1) high(zigzag)          the rest's bits above the width
 * PLAIN  := value = before + reference + rest
 * LINE   := value = before + reference + (slope * (index + 1) >> 7) + rest
 * DELTA  := value = previous + reference + rest
 * SECOND := value = previous + (previous delta) + reference + rest
 * </pre>
 *
 * {@code before} is the value before the run. All sums wrap at 64 bits, so any values come back.
 * LINE is for what keeps to a grid (a timer's times: their jitter does not add up), DELTA and
 * SECOND for what walks. Patches keep an outlier from widening all others: a step in a set point, a
 * gap in the times, a toggling boolean.
 */
final class RunCodec {
  /** A header of 2 to 4 bytes for 128 numbers costs 0.03 B each; longer runs adapt worse. */
  static final int LENGTH = 128;

  private static final int PLAIN = 0;
  private static final int LINE = 1;
  private static final int DELTA = 2;
  private static final int SECOND = 3;

  private static final int MODE_SHIFT = 6;
  private static final int CODE_MASK = 63;
  private static final int CODE_WIDE = 57;
  private static final int CODE_PATCHED = 63;

  // A slope in 1/128: over a run of 128 its rounding adds half a unit, not half a unit a step.
  private static final int SLOPE_SHIFT = 7;
  private static final long SLOPE_MAX = 1L << 48;

  // A patch takes 2 bytes or more, a patched run 2 bytes of header: below 6 there is nothing to
  // win.
  private static final int PATCHED_FROM_BYTES = 6;
  private static final int PATCH_BYTES_EXPECTED = 3;

  private final long[] offsets = new long[LENGTH];
  private final long[] deltas = new long[LENGTH];
  private final long[] rests = new long[LENGTH];
  private final int[] byWidth = new int[Long.SIZE + 1];

  // The cheapest form so far of the run at hand.
  private int mode;
  private long reference;
  private long slope;
  private int width;
  private int patches;
  private int bytes;

  /**
   * Appends {@code values[from, from + count)}; the value at {@code from - 1} is known to the
   * reader.
   */
  void encode(ByteSink sink, long[] values, int from, int count) {
    bytes = Integer.MAX_VALUE;
    patches = 0;
    slope = 0;
    considerWhole(values, from, count);
    if (bytes >= PATCHED_FROM_BYTES) {
      considerPatched(PLAIN, offsets, count);
      considerPatched(DELTA, deltas, count);
    }
    write(sink, values, from, count);
  }

  private void considerWhole(long[] values, int from, int count) {
    long before = values[from - 1];
    long previous = before;
    long firstDelta = values[from] - before;
    long previousDelta = from == 1 ? firstDelta : before - values[from - 2];
    long offsetMin = Long.MAX_VALUE;
    long offsetMax = Long.MIN_VALUE;
    long deltaMin = Long.MAX_VALUE;
    long deltaMax = Long.MIN_VALUE;
    long secondMin = Long.MAX_VALUE;
    long secondMax = Long.MIN_VALUE;
    for (int i = 0; i < count; i++) {
      long value = values[from + i];
      long offset = value - before;
      long delta = value - previous;
      long second = delta - previousDelta;
      offsets[i] = offset;
      deltas[i] = delta;
      offsetMin = Math.min(offsetMin, offset);
      offsetMax = Math.max(offsetMax, offset);
      deltaMin = Math.min(deltaMin, delta);
      deltaMax = Math.max(deltaMax, delta);
      secondMin = Math.min(secondMin, second);
      secondMax = Math.max(secondMax, second);
      previous = value;
      previousDelta = delta;
    }
    consider(PLAIN, offsetMin, offsetMax, count, 0);
    consider(DELTA, deltaMin, deltaMax, count, 0);
    int deltaBytes = from == 1 ? ByteSink.zigzagBytes(firstDelta) : 0;
    consider(SECOND, secondMin, secondMax, count, deltaBytes);
    considerLine(offsetMax - offsetMin, count);
  }

  private void considerLine(long range, int count) {
    long rise = offsets[count - 1] - offsets[0];
    // Where less than half of the range is a trend, the line saves no bit.
    if (count < 4 || Math.abs(rise) >= SLOPE_MAX || Math.abs(rise) < range >>> 1) {
      return;
    }
    long line = Math.floorDiv((rise << SLOPE_SHIFT) + (count - 1) / 2, count - 1);
    long min = Long.MAX_VALUE;
    long max = Long.MIN_VALUE;
    for (int i = 0; i < count; i++) {
      long rest = offsets[i] - ((line * (i + 1)) >> SLOPE_SHIFT);
      min = Math.min(min, rest);
      max = Math.max(max, rest);
    }
    if (consider(LINE, min, max, count, ByteSink.zigzagBytes(line))) {
      slope = line;
    }
  }

  private boolean consider(int candidate, long min, long max, int count, int extraBytes) {
    int needed = Bits.width(max - min);
    int cost = ByteSink.zigzagBytes(min) + extraBytes + Bits.bytes(count, needed);
    if (cost >= bytes) {
      return false;
    }
    mode = candidate;
    reference = min;
    width = needed;
    bytes = cost;
    return true;
  }

  /** Keeps most rests narrow around a middle and lists the others. */
  private void considerPatched(int candidate, long[] numbers, int count) {
    long middle = median(numbers[0], numbers[count / 2], numbers[count - 1]);
    Arrays.fill(byWidth, 0);
    for (int i = 0; i < count; i++) {
      byWidth[zigzagWidth(numbers[i] - middle)]++;
    }
    int chosen = -1;
    int expected = bytes;
    int above = 0;
    for (int narrow = Long.SIZE; narrow >= 0; narrow--) {
      int cost = 2 + Bits.bytes(count, narrow) + above * PATCH_BYTES_EXPECTED;
      if (cost < expected && narrow <= Bits.NARROW_MAX) {
        chosen = narrow;
        expected = cost;
      }
      above += byWidth[narrow];
    }
    if (chosen >= 0) {
      considerPatched(candidate, numbers, count, middle, chosen);
    }
  }

  private void considerPatched(int candidate, long[] numbers, int count, long middle, int narrow) {
    long min = Long.MAX_VALUE;
    long max = Long.MIN_VALUE;
    for (int i = 0; i < count; i++) {
      if (zigzagWidth(numbers[i] - middle) <= narrow) {
        min = Math.min(min, numbers[i]);
        max = Math.max(max, numbers[i]);
      }
    }
    if (min > max) {
      return;
    }
    int needed = Bits.width(max - min);
    int outside = 0;
    int cost = 2 + ByteSink.zigzagBytes(min) + Bits.bytes(count, needed);
    for (int i = 0; i < count; i++) {
      long rest = numbers[i] - min;
      if (rest >>> needed != 0) {
        outside++;
        cost += 1 + ByteSink.zigzagBytes(rest >> needed);
      }
    }
    if (cost < bytes && needed <= Bits.NARROW_MAX && outside > 0) {
      mode = candidate;
      reference = min;
      width = needed;
      patches = outside;
      bytes = cost;
    }
  }

  private void write(ByteSink sink, long[] values, int from, int count) {
    int code = width == Bits.WIDE ? CODE_WIDE : width;
    if (patches > 0) {
      sink.put((mode << MODE_SHIFT) | CODE_PATCHED);
      sink.put(code);
      sink.put(patches);
    } else {
      sink.put((mode << MODE_SHIFT) | code);
    }
    sink.putZigzag(reference);
    if (mode == LINE) {
      sink.putZigzag(slope);
    } else if (mode == SECOND && from == 1) {
      sink.putZigzag(deltas[0]);
    }
    fillRests(from == 1 ? deltas[0] : values[from - 1] - values[from - 2], count);
    if (patches == 0) {
      Bits.pack(sink, rests, count, width);
      return;
    }
    ByteSink listed = new ByteSink(patches * PATCH_BYTES_EXPECTED);
    for (int i = 0; i < count; i++) {
      long rest = rests[i];
      if (rest >>> width != 0) {
        listed.put(i);
        listed.putZigzag(rest >> width);
        rests[i] = rest & ((1L << width) - 1);
      }
    }
    Bits.pack(sink, rests, count, width);
    sink.put(listed.array(), 0, listed.length());
  }

  private void fillRests(long deltaBefore, int count) {
    switch (mode) {
      case PLAIN -> {
        for (int i = 0; i < count; i++) {
          rests[i] = offsets[i] - reference;
        }
      }
      case LINE -> {
        for (int i = 0; i < count; i++) {
          rests[i] = offsets[i] - ((slope * (i + 1)) >> SLOPE_SHIFT) - reference;
        }
      }
      case DELTA -> {
        for (int i = 0; i < count; i++) {
          rests[i] = deltas[i] - reference;
        }
      }
      default -> {
        rests[0] = deltas[0] - deltaBefore - reference;
        for (int i = 1; i < count; i++) {
          rests[i] = deltas[i] - deltas[i - 1] - reference;
        }
      }
    }
  }

  /** Reads a run into {@code into[from, from + count)}; {@code from} is at least 1. */
  static void decode(ByteSource source, long[] into, int from, int count) {
    int head = source.get();
    int mode = head >>> MODE_SHIFT;
    int code = head & CODE_MASK;
    int patches = 0;
    if (code == CODE_PATCHED) {
      code = source.get();
      patches = source.get();
    }
    if (code > CODE_WIDE) {
      throw new ByteSource.Damaged("a run of unknown width " + code);
    }
    int width = code == CODE_WIDE ? Bits.WIDE : code;
    long reference = source.getZigzag();
    long slope = mode == LINE ? source.getZigzag() : 0;
    long delta = mode == SECOND && from == 1 ? source.getZigzag() : 0;
    Bits.unpack(source, width, into, from, count);
    for (int i = 0; i < patches; i++) {
      int index = source.get();
      if (index >= count) {
        throw new ByteSource.Damaged("a patch at " + index + " of " + count);
      }
      into[from + index] |= source.getZigzag() << width;
    }
    restore(mode, reference, slope, delta, into, from, count);
  }

  private static void restore(
      int mode, long reference, long slope, long firstDelta, long[] into, int from, int count) {
    long before = into[from - 1];
    switch (mode) {
      case PLAIN -> {
        long base = before + reference;
        for (int i = from; i < from + count; i++) {
          into[i] += base;
        }
      }
      case LINE -> {
        long base = before + reference;
        for (int i = 0; i < count; i++) {
          into[from + i] += base + ((slope * (i + 1)) >> SLOPE_SHIFT);
        }
      }
      case DELTA -> {
        long value = before;
        for (int i = from; i < from + count; i++) {
          value += reference + into[i];
          into[i] = value;
        }
      }
      default -> {
        long value = before;
        long delta = from == 1 ? firstDelta : before - into[from - 2];
        for (int i = from; i < from + count; i++) {
          delta += reference + into[i];
          value += delta;
          into[i] = value;
        }
      }
    }
  }

  private static int zigzagWidth(long value) {
    return Long.SIZE - Long.numberOfLeadingZeros((value << 1) ^ (value >> 63));
  }

  private static long median(long a, long b, long c) {
    return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
  }
}
