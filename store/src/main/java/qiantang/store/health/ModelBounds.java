package qiantang.store.health;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * What is usual among an enterprise's devices of one model: who lies beyond is an outlier.
 *
 * @param devices how many it was learnt of
 * @param readings of 24 hours
 * @param lateShare of these
 * @param skewMillis of those that stamp their readings; null for too few
 */
public record ModelBounds(
    int devices, Range readings, Range lateShare, @Nullable Range skewMillis) {
  /** Fewer devices of a model have nothing in common. */
  public static final int DEVICES_MIN = 8;

  // Of what is spread evenly around a middle, one in 300,000 lies so far out.
  private static final double MADS = 3 * 1.4826 * 1.5;

  // Where most are alike a MAD is nothing: a tenth of the median, 5 % late, 2 s of skew are usual.
  private static final double READINGS_SHARE_MIN = 0.1;
  private static final double LATE_SHARE_MIN = 0.05;
  private static final double SKEW_MILLIS_MIN = 2000;

  /**
   * What is usual.
   *
   * @param median of all
   * @param distance how far from it is too far
   */
  public record Range(double median, double distance) {
    /** Whether a value lies beyond. */
    public boolean isBeyond(double value) {
      return Math.abs(value - median) > distance;
    }

    static Range of(List<Double> values, double shareMin, double distanceMin) {
      List<Double> sorted = new ArrayList<>(values);
      sorted.sort(null);
      double median = sorted.get(sorted.size() / 2);
      List<Double> deviations = new ArrayList<>();
      sorted.forEach(value -> deviations.add(Math.abs(value - median)));
      deviations.sort(null);
      double mad = deviations.get(deviations.size() / 2);
      double usual = Math.max(distanceMin, shareMin * Math.abs(median)) * 3;
      return new Range(median, Math.max(usual, MADS * mad));
    }
  }

  /** Of those of a model that reported anything; null where they are too few. */
  public static @Nullable ModelBounds of(List<Behaviour> all) {
    List<Behaviour> active = all.stream().filter(one -> one.readings() > 0).toList();
    if (active.size() < DEVICES_MIN) {
      return null;
    }
    List<Double> skews = new ArrayList<>();
    for (Behaviour one : active) {
      Long skew = one.skewMillis();
      if (skew != null) {
        skews.add((double) skew);
      }
    }
    return new ModelBounds(
        active.size(),
        Range.of(values(active, one -> (double) one.readings()), READINGS_SHARE_MIN, 1),
        Range.of(values(active, Behaviour::lateShare), 0, LATE_SHARE_MIN),
        skews.size() < DEVICES_MIN ? null : Range.of(skews, 0, SKEW_MILLIS_MIN));
  }

  private static List<Double> values(List<Behaviour> all, ToDoubleFunction<Behaviour> value) {
    return all.stream().map(value::applyAsDouble).toList();
  }
}
