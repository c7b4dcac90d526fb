package qiantang.store.codec;

import java.util.Arrays;

/**
 * A sequence of 64-bit integers whose length the reader knows.
 *
 * <pre>
 * longs      := CONSTANT value(zigzag)
 *             | REGULAR first(zigzag) step(zigzag)
 *             | RUNS first(zigzag) run*                  runs of the values behind the first
 *             | FACTORED first(zigzag) factor(varint) run*          of (value - first) / factor
 *             | DICTIONARY count(varint) words(longs, ascending) codes(longs)
 * run        := RunCodec
 * </pre>
 *
 * FACTORED removes what all differences have in common: 1000 in times of whole milliseconds, the
 * step of a converter in decimals. DICTIONARY serves sensors that know few levels. Any values come
 * back. Not thread-safe: one encoder keeps its scratch arrays from sequence to sequence.
 */
final class LongsCodec {
  private static final int CONSTANT = 0;
  private static final int REGULAR = 1;
  private static final int RUNS = 2;
  private static final int FACTORED = 3;
  private static final int DICTIONARY = 4;

  // 256 codes fit a byte; with more levels than that, runs of plain offsets are about as short.
  private static final int WORDS_MAX = 256;
  private static final int VALUES_A_WORD_MIN = 3;
  private static final int DICTIONARY_FROM_VALUES = 16;

  // 2^64 by the golden ratio: multiples of one step spread evenly over the upper bits.
  private static final long SPREAD = 0x9E37_79B9_7F4A_7C15L;

  private final RunCodec runs = new RunCodec();
  private long[] scaled = new long[0];
  private long[] slots = new long[0];

  /** Appends the first {@code count} values, at least one. */
  void encode(ByteSink sink, long[] values, int count) {
    int from = sink.length();
    encodeSimply(sink, values, count);
    int bytes = sink.length() - from;
    if (bytes <= count || count < DICTIONARY_FROM_VALUES) {
      return; // a byte a value: a dictionary saves less than it costs to look for one
    }
    long[] words = words(values, count);
    if (words.length == 0) {
      return;
    }
    ByteSink rival = new ByteSink(bytes);
    encodeDictionary(rival, values, count, words);
    if (rival.length() < bytes) {
      sink.truncate(from);
      sink.put(rival.array(), 0, rival.length());
    }
  }

  private void encodeSimply(ByteSink sink, long[] values, int count) {
    long first = values[0];
    long step = count == 1 ? 0 : values[1] - first;
    if (isRegular(values, count, step)) {
      sink.put(step == 0 ? CONSTANT : REGULAR);
      sink.putZigzag(first);
      if (step != 0) {
        sink.putZigzag(step);
      }
      return;
    }
    long factor = commonFactor(values, count);
    int factorBits = Long.SIZE - 1 - Long.numberOfLeadingZeros(factor);
    boolean pays = factorBits * (count - 1L) > 8L * ByteSink.varintBytes(factor);
    sink.put(pays ? FACTORED : RUNS);
    sink.putZigzag(first);
    if (pays) {
      sink.putVarint(factor);
      encodeRuns(sink, divide(values, count, factor), count);
    } else {
      encodeRuns(sink, values, count);
    }
  }

  private void encodeRuns(ByteSink sink, long[] values, int count) {
    for (int from = 1; from < count; from += RunCodec.LENGTH) {
      runs.encode(sink, values, from, Math.min(RunCodec.LENGTH, count - from));
    }
  }

  private long[] divide(long[] values, int count, long factor) {
    if (scaled.length < count) {
      scaled = new long[count];
    }
    long first = values[0];
    for (int i = 0; i < count; i++) {
      scaled[i] = (values[i] - first) / factor;
    }
    return scaled;
  }

  private static boolean isRegular(long[] values, int count, long step) {
    for (int i = 1; i < count; i++) {
      if (values[i] - values[i - 1] != step) {
        return false;
      }
    }
    return true;
  }

  /** The largest number that divides all differences to the first value; 1 where they overflow. */
  private static long commonFactor(long[] values, int count) {
    long first = values[0];
    long factor = 0;
    for (int i = 1; i < count; i++) {
      long difference = values[i] - first;
      if (((values[i] ^ first) & (values[i] ^ difference)) < 0 || difference == Long.MIN_VALUE) {
        return 1;
      }
      factor = gcd(factor, Math.abs(difference));
      if (factor == 1) {
        return 1;
      }
    }
    return factor;
  }

  private static long gcd(long a, long b) {
    long divisor = a;
    long rest = b;
    while (divisor != 0) {
      // A division of 32 bits takes a third of the time of one of 64 on many processors.
      long next = (divisor | rest) >>> 31 == 0 ? (int) rest % (int) divisor : rest % divisor;
      rest = divisor;
      divisor = next;
    }
    return rest;
  }

  private void encodeDictionary(ByteSink sink, long[] values, int count, long[] words) {
    long[] codes = new long[count];
    for (int i = 0; i < count; i++) {
      codes[i] = Arrays.binarySearch(words, values[i]);
    }
    sink.put(DICTIONARY);
    sink.putVarint(words.length);
    encodeSimply(sink, words, words.length);
    encodeSimply(sink, codes, count);
  }

  /** The distinct values, ascending; none where there are too many for a dictionary to pay. */
  private long[] words(long[] values, int count) {
    int wordsMax = Math.min(WORDS_MAX, count / VALUES_A_WORD_MIN);
    int size = Integer.highestOneBit(wordsMax) << 3; // at most a quarter full: short probes
    if (slots.length < size) {
      slots = new long[size];
    }
    Arrays.fill(slots, 0, size, 0);
    int shift = Integer.numberOfLeadingZeros(size) + 33;
    long[] words = new long[wordsMax];
    int found = 0;
    boolean zero = false; // seen; in the table 0 means a free slot
    for (int i = 0; i < count; i++) {
      long value = values[i];
      int slot = (int) ((value * SPREAD) >>> shift);
      while (slots[slot] != 0 && slots[slot] != value) {
        slot = (slot + 1) & (size - 1);
      }
      boolean known = value == 0 ? zero : slots[slot] == value;
      if (!known) {
        if (found == wordsMax) {
          return new long[0];
        }
        words[found++] = value;
        slots[slot] = value;
        zero |= value == 0;
      }
    }
    Arrays.sort(words, 0, found);
    return Arrays.copyOf(words, found);
  }

  /** Reads {@code count} values, at least one, into the array from its beginning. */
  static void decode(ByteSource source, long[] into, int count) {
    int kind = source.get();
    if (kind == DICTIONARY) {
      decodeDictionary(source, into, count);
    } else {
      decodeSimple(source, kind, into, count);
    }
  }

  private static void decodeSimple(ByteSource source, int kind, long[] into, int count) {
    long first = source.getZigzag();
    switch (kind) {
      case CONSTANT -> Arrays.fill(into, 0, count, first);
      case REGULAR -> {
        long step = source.getZigzag();
        for (int i = 0; i < count; i++) {
          into[i] = first + i * step;
        }
      }
      case RUNS -> {
        into[0] = first;
        decodeRuns(source, into, count);
      }
      case FACTORED -> {
        long factor = source.getVarint();
        into[0] = 0;
        decodeRuns(source, into, count);
        for (int i = 0; i < count; i++) {
          into[i] = first + into[i] * factor;
        }
      }
      default -> throw new ByteSource.Damaged("integers of unknown kind " + kind);
    }
  }

  private static void decodeRuns(ByteSource source, long[] into, int count) {
    for (int from = 1; from < count; from += RunCodec.LENGTH) {
      RunCodec.decode(source, into, from, Math.min(RunCodec.LENGTH, count - from));
    }
  }

  private static void decodeDictionary(ByteSource source, long[] into, int count) {
    long size = source.getVarint();
    if (size < 1 || size > count) {
      throw new ByteSource.Damaged("a dictionary of " + size + " words for " + count + " values");
    }
    long[] words = new long[(int) size];
    // Not decode(): a dictionary of dictionaries would be as deep as its bytes like.
    decodeSimple(source, source.get(), words, words.length);
    decodeSimple(source, source.get(), into, count);
    for (int i = 0; i < count; i++) {
      if (into[i] < 0 || into[i] >= words.length) {
        throw new ByteSource.Damaged("word " + into[i] + " of " + words.length);
      }
      into[i] = words[(int) into[i]];
    }
  }
}
