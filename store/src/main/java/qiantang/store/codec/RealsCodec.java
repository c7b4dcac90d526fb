package qiantang.store.codec;

/**
 * A sequence of doubles whose length the reader knows; every bit comes back.
 *
 * <pre>
 * reals    := head(1) [odd] longs
 * head     := form, and 128 more where odd ones are listed: those that the form does not give back
 * odd      := count(varint) indices(longs) bits(longs)
 * DOUBLES  := 0: longs are the bits of doubles, in an order that follows the values
 * FLOATS   := 1: longs are the bits of floats, likewise
 * DECIMALS := 2 + 23 * way + scale: longs are mantissas, see Decimals
 * </pre>
 *
 * Sensors send decimals. The bits of full-precision values share sign, exponent and what more their
 * range allows, and offsets in runs of 128 take just that away.
 */
final class RealsCodec {
  private static final int DOUBLES = 0;
  private static final int FLOATS = 1;
  private static final int DECIMALS = 2;
  private static final int SCALES = Decimals.SCALE_MAX + 1;
  private static final int FORMS = DECIMALS + 3 * SCALES;
  private static final int ODD = 128;

  // Decimals that cost more than this compete with the other forms: bits of doubles of one
  // magnitude take 6.5 bytes, of floats 3.
  private static final int DEAR_FROM_BYTES = 3;
  // Fewer odd ones than one in 16 cost less than a digit more for all would.
  private static final int RECONSIDER_FROM = 16;

  private final LongsCodec longs = new LongsCodec();
  private long[] integers = new long[0];
  private int[] odd = new int[0];

  /** Appends the first {@code count} values, at least one. */
  void encode(ByteSink sink, double[] values, int count) {
    reserve(count);
    int from = sink.length();
    encodeDecimals(sink, values, count, Decimals.QUOTIENT);
    if (sink.length() > from && sink.length() - from <= DEAR_FROM_BYTES * count) {
      return;
    }
    ByteSink rival = new ByteSink(Long.BYTES * count);
    if (areFloats(values, count)) {
      encodeDecimals(rival, values, count, Decimals.SINGLE);
      keepShorter(sink, from, rival);
      encodeFloats(rival, values, count);
      keepShorter(sink, from, rival);
    } else {
      encodeDecimals(rival, values, count, Decimals.PRODUCT);
      keepShorter(sink, from, rival);
    }
    encodeDoubles(rival, values, count);
    keepShorter(sink, from, rival);
  }

  private void reserve(int count) {
    if (integers.length < count) {
      integers = new long[count];
      odd = new int[count];
    }
  }

  private static void keepShorter(ByteSink sink, int from, ByteSink rival) {
    boolean shorter = sink.length() == from || rival.length() < sink.length() - from;
    if (rival.length() > 0 && shorter) {
      sink.truncate(from);
      sink.put(rival.array(), 0, rival.length());
    }
    rival.truncate(0);
  }

  /** Appends the values as decimals, or nothing where most of them are none. */
  private void encodeDecimals(ByteSink sink, double[] values, int count, int way) {
    int scale = Decimals.sampledScale(values, count, way);
    if (scale < 0) {
      return;
    }
    int oddCount = Decimals.split(values, count, way, scale, integers, odd);
    if (oddCount > count / RECONSIDER_FROM) {
      int better = Decimals.betterScale(values, count, way, scale, odd, oddCount);
      if (better != scale) {
        scale = better;
        oddCount = Decimals.split(values, count, way, scale, integers, odd);
      }
    }
    putHead(sink, DECIMALS + SCALES * way + scale, values, oddCount);
    longs.encode(sink, integers, count);
  }

  private void encodeFloats(ByteSink sink, double[] values, int count) {
    int oddCount = 0;
    int previous = 0;
    for (int i = 0; i < count; i++) {
      if (isFloat(values[i])) {
        previous = ordered(Float.floatToRawIntBits((float) values[i]));
      } else {
        odd[oddCount++] = i;
      }
      integers[i] = previous;
    }
    putHead(sink, FLOATS, values, oddCount);
    longs.encode(sink, integers, count);
  }

  private void encodeDoubles(ByteSink sink, double[] values, int count) {
    for (int i = 0; i < count; i++) {
      integers[i] = ordered(Double.doubleToRawLongBits(values[i]));
    }
    putHead(sink, DOUBLES, values, 0);
    longs.encode(sink, integers, count);
  }

  private void putHead(ByteSink sink, int form, double[] values, int oddCount) {
    sink.put(form | (oddCount > 0 ? ODD : 0));
    if (oddCount == 0) {
      return;
    }
    sink.putVarint(oddCount);
    long[] indices = new long[oddCount];
    long[] bits = new long[oddCount];
    for (int i = 0; i < oddCount; i++) {
      indices[i] = odd[i];
      bits[i] = ordered(Double.doubleToRawLongBits(values[odd[i]]));
    }
    longs.encode(sink, indices, oddCount);
    longs.encode(sink, bits, oddCount);
  }

  /** Reads {@code count} values, at least one, into the array from its beginning. */
  void decode(ByteSource source, double[] into, int count) {
    reserve(count);
    int head = source.get();
    int form = head & ~ODD;
    if (form >= FORMS) {
      throw new ByteSource.Damaged("doubles of form " + form);
    }
    int oddCount = form == head ? 0 : oddCount(source.getVarint(), count);
    long[] indices = new long[oddCount];
    long[] bits = new long[oddCount];
    if (oddCount > 0) {
      LongsCodec.decode(source, indices, oddCount);
      LongsCodec.decode(source, bits, oddCount);
    }
    LongsCodec.decode(source, integers, count);
    restore(form, into, count);
    for (int i = 0; i < oddCount; i++) {
      if (indices[i] < 0 || indices[i] >= count) {
        throw new ByteSource.Damaged("an odd value at " + indices[i] + " of " + count);
      }
      into[(int) indices[i]] = Double.longBitsToDouble(ordered(bits[i]));
    }
  }

  private void restore(int form, double[] into, int count) {
    switch (form) {
      case DOUBLES -> {
        for (int i = 0; i < count; i++) {
          into[i] = Double.longBitsToDouble(ordered(integers[i]));
        }
      }
      case FLOATS -> {
        for (int i = 0; i < count; i++) {
          into[i] = Float.intBitsToFloat(ordered((int) integers[i]));
        }
      }
      default -> {
        int way = (form - DECIMALS) / SCALES;
        Decimals.join(integers, count, way, (form - DECIMALS) % SCALES, into);
      }
    }
  }

  private static int oddCount(long odd, int count) {
    if (odd < 1 || odd > count) {
      throw new ByteSource.Damaged(odd + " odd values of " + count);
    }
    return (int) odd;
  }

  /** Whether most values are floats; NaNs and other odd ones are listed. */
  private static boolean areFloats(double[] values, int count) {
    int floats = 0;
    for (int i = 0; i < count; i++) {
      floats += isFloat(values[i]) ? 1 : 0;
    }
    return floats > count - (count + RECONSIDER_FROM) / RECONSIDER_FROM;
  }

  /**
   * Whether the value survives as a float. No NaN does: processors may change its payload when they
   * widen it.
   */
  private static boolean isFloat(double value) {
    return (float) value == value;
  }

  /** Bits whose order as integers is that of the values; the same again gives the bits back. */
  private static long ordered(long bits) {
    return bits ^ ((bits >> 63) & Long.MAX_VALUE);
  }

  private static int ordered(int bits) {
    return bits ^ ((bits >> 31) & Integer.MAX_VALUE);
  }
}
