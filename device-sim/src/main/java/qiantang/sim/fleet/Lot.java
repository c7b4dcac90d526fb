package qiantang.sim.fleet;

import qiantang.sim.plan.Mix;

/**
 * Some of the publishers of a run, chosen by a seed: exactly so many, and the same ones however
 * many loops and workers there are. Publishers are dealt places by a permutation of their numbers,
 * and those of the first places are chosen; nothing is kept of it. Pure.
 *
 * @param chosen how many, at most {@code of}
 * @param of publishers of the whole run
 */
public record Lot(long seed, int chosen, int of) {
  /** Rounds of the Feistel network: with four, whoever sees places learns no more (Luby, 1988). */
  private static final int ROUNDS = 4;

  private static final long PARTS = 1_000_000;

  /** Whether publisher number {@code index} of the run is one of them. */
  public boolean has(int index) {
    return chosen >= of || (chosen > 0 && place(index) < chosen);
  }

  /**
   * How many of {@code of} a share is in all of the first {@code turns} turns together, rounded up.
   * A turn takes what this grows by: 10 % of 20 are 2 each time; 1 % of 20 is one at first, and
   * then one in every five turns, where rounding each turn would never choose anybody.
   *
   * @param share 0 to 1, exact to a millionth as scenarios write it
   */
  public static long inAll(double share, int of, long turns) {
    return Math.ceilDiv(Math.round(share * PARTS) * of * turns, PARTS);
  }

  /**
   * Where a number comes in a row that is shuffled by the seed, from 0. A Feistel network permutes
   * the numbers below a power of four; what falls outside goes through it again (cycle walking), at
   * most four times on average.
   */
  private int place(int index) {
    int half = (Integer.SIZE - Integer.numberOfLeadingZeros(Math.max(1, of - 1)) + 1) / 2;
    int mask = (1 << half) - 1;
    long at = index;
    do {
      long left = at >>> half;
      long right = at & mask;
      for (int round = 0; round < ROUNDS; round++) {
        long mixed = left ^ (Mix.bits(Mix.bits(seed, round), right) & mask);
        left = right;
        right = mixed;
      }
      at = left << half | right;
    } while (at >= of);
    return (int) at;
  }
}
