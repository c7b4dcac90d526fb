package qiantang.store.simulation;

import java.util.List;

/** The draws of one world, all from its seed. One thread. */
final class Dice {
  private long state;

  Dice(long seed) {
    state = seed * 0xD1342543DE82EF95L;
    bits(); // neighbouring seeds begin far apart
  }

  /** 64 random bits: SplitMix64, because Java promises no sequence of its own generators. */
  long bits() {
    state += 0x9E3779B97F4A7C15L;
    long mixed = (state ^ (state >>> 30)) * 0xBF58476D1CE4E5B9L;
    mixed = (mixed ^ (mixed >>> 27)) * 0x94D049BB133111EBL;
    return mixed ^ (mixed >>> 31);
  }

  /** A number from 0 to before the bound. */
  int below(int bound) {
    return (int) (((bits() >>> 32) * bound) >>> 32);
  }

  /** A number from one to before another. */
  long between(long from, long to) {
    return from + Long.remainderUnsigned(bits(), to - from);
  }

  /** True so many times in a thousand. */
  boolean chance(int perMille) {
    return below(1000) < perMille;
  }

  /** One of them. */
  <T> T pick(List<T> all) {
    return all.get(below(all.size()));
  }

  /** The index of one of these weights, each as likely as it is large; not all are 0. */
  int weighted(int... weights) {
    int sum = 0;
    for (int weight : weights) {
      sum += weight;
    }
    int drawn = below(sum);
    for (int i = 0; ; i++) {
      drawn -= weights[i];
      if (drawn < 0) {
        return i;
      }
    }
  }
}
