package qiantang.sim.plan;

import java.util.ArrayList;
import java.util.List;

/**
 * How fast the plan's time goes: at a load of 200 % twice as many messages a second are due as the
 * periods say. The work done up to an instant is the integral of the load over time, in nanoseconds
 * at 100 %; a message is due when the work reaches its beat. All of it is whole numbers, so that
 * every machine computes the same nanosecond: along a ramp too, which is a quadratic equation.
 */
final class LoadCurve {
  /** The full load for ever. */
  static final LoadCurve STEADY = new LoadCurve(List.of());

  /** A stretch in which the load goes from one percentage to another in a straight line. */
  private record Stretch(long begin, long work, long length, int from, int to) {

    /** Lengths are whole milliseconds, so that this is a whole number. */
    long workAtEnd() {
      return work + length / 200 * (from + to);
    }

    /** The first nanosecond after {@code begin} at which so much more work is done. */
    long reach(long more) {
      if (more == 0) {
        return 0;
      }
      return from == to ? Math.ceilDiv(more * 100, from) : reachOnRamp(more);
    }

    private long reachOnRamp(long more) {
      // Rounding errors of the square root are mended by looking around the estimate.
      long low = Math.clamp(estimate(more), 0, length);
      long step = 1;
      while (low > 0 && reached(low, more)) {
        low = Math.max(0, low - step);
        step *= 2;
      }
      long high = low;
      step = 1;
      while (!reached(high, more)) {
        low = high;
        high += step;
        step *= 2;
      }
      while (high - low > 1) {
        long middle = (low + high) >>> 1;
        if (reached(middle, more)) {
          high = middle;
        } else {
          low = middle;
        }
      }
      return high;
    }

    /**
     * Solves (to - from) x^2 + 2 length from x = 200 length more, in the form that divides once.
     */
    private long estimate(long more) {
      double linear = (double) length * from;
      double square = linear * linear + 200.0 * length * (to - from) * more;
      return (long) (200.0 * length * more / (linear + Math.sqrt(Math.max(0, square))));
    }

    /** Compares both sides of that equation in 128 bits: they have up to 110. */
    private boolean reached(long x, long more) {
      long factor = 2 * length * from + (to - from) * x;
      long left = Math.multiplyHigh(x, factor);
      long right = Math.multiplyHigh(200 * length, more);
      return left != right
          ? left > right
          : Long.compareUnsigned(x * factor, 200 * length * more) >= 0;
    }

    /** Within a nanosecond. */
    double workAfter(long nanos) {
      return nanos * (from + (to - from) * (double) nanos / length / 2) / 100;
    }
  }

  private final Stretch[] stretches;

  private LoadCurve(List<Stretch> stretches) {
    this.stretches = stretches.toArray(Stretch[]::new);
  }

  static LoadCurve of(List<Phase> phases) {
    List<Stretch> stretches = new ArrayList<>();
    int before = 0;
    for (Phase phase : phases) {
      long length = phase.duration().toNanos();
      if (phase.kind() == Phase.Kind.RAMP) {
        add(stretches, length, before, phase.loadPercent());
      } else if (phase.kind() == Phase.Kind.BURST && phase.share() < 1) {
        addBursts(stretches, phase);
      } else {
        add(stretches, length, phase.loadPercent(), phase.loadPercent());
      }
      before = phase.loadPercentAtEnd();
    }
    return new LoadCurve(stretches);
  }

  private static void addBursts(List<Stretch> stretches, Phase phase) {
    long every = phase.every().toMillis();
    long high = Math.round(every * phase.share());
    long left = phase.duration().toMillis();
    while (left > 0) {
      long up = Math.min(high, left);
      long down = Math.min(every - high, left - up);
      add(stretches, up * 1_000_000, phase.loadPercent(), phase.loadPercent());
      add(stretches, down * 1_000_000, 100, 100);
      left -= up + down;
    }
  }

  private static void add(List<Stretch> stretches, long length, int from, int to) {
    if (length > 0) {
      Stretch last = stretches.isEmpty() ? new Stretch(0, 0, 0, 0, 0) : stretches.getLast();
      stretches.add(new Stretch(last.begin + last.length, last.workAtEnd(), length, from, to));
    }
  }

  /** The first nanosecond at which so much work is done; beyond the end the load is 100 %. */
  long timeOf(long work) {
    if (stretches.length == 0) {
      return work;
    }
    int low = 0;
    int high = stretches.length;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (stretches[middle].workAtEnd() >= work) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    if (low == stretches.length) {
      Stretch last = stretches[low - 1];
      // One more than the end itself: what is due with the last piece of work is still before it.
      return last.begin + last.length + (work - last.workAtEnd());
    }
    Stretch stretch = stretches[low];
    return stretch.begin + stretch.reach(work - stretch.work);
  }

  /** The work done up to an instant, to within a nanosecond; none before the beginning. */
  long workAt(long nanos) {
    if (stretches.length == 0 || nanos <= 0) {
      return nanos;
    }
    int low = 0;
    int high = stretches.length - 1;
    while (low < high) {
      int middle = (low + high + 1) >>> 1;
      if (stretches[middle].begin <= nanos) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    Stretch stretch = stretches[low];
    long after = nanos - stretch.begin;
    return after < stretch.length
        ? stretch.work + (long) stretch.workAfter(after)
        : stretch.workAtEnd() + after - stretch.length;
  }
}
