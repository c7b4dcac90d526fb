package qiantang.sim.plan;

/**
 * Random-looking numbers by position instead of by order: the same arguments give the same bits.
 */
public final class Mix {
  private static final long GOLDEN = 0x9E3779B97F4A7C15L;
  private static final double UNIT = 0x1.0p-53;

  private Mix() {}

  /** 64 well-mixed bits of (seed, position): the finalizer of SplitMix64 over a Weyl step. */
  public static long bits(long seed, long position) {
    long z = seed + (position + 1) * GOLDEN;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }

  /** A number in [0, 1). */
  public static double unit(long seed, long position) {
    return (bits(seed, position) >>> 11) * UNIT;
  }
}
