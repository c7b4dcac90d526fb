package qiantang.ingest.fuzz;

import java.util.List;
import java.util.SplittableRandom;

/** The choices of one input: seed and number of the input tell all of them. */
public final class Dice {
  private static final long GOLDEN = 0x9E3779B97F4A7C15L;

  private final SplittableRandom random;

  /** For one input. */
  public Dice(long seed, long index) {
    random = new SplittableRandom(seed * GOLDEN + index);
  }

  /** From 0 to {@code bound}, which is left out. */
  public int below(int bound) {
    return random.nextInt(bound);
  }

  /** True one time out of so many. */
  public boolean once(int times) {
    return random.nextInt(times) == 0;
  }

  /** Any. */
  public long bits() {
    return random.nextLong();
  }

  /** One of a list. */
  public <T> T of(List<T> list) {
    return list.get(random.nextInt(list.size()));
  }
}
