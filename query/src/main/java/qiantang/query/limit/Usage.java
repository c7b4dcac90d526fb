package qiantang.query.limit;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** What one token uses, or all of an enterprise together. Any thread; no lock. */
final class Usage {
  private static final List<Policy> RATES =
      List.of(Policy.REQUESTS, Policy.POINTS, Policy.BYTES, Policy.WORK);
  private static final long SECOND_NANOS = 1_000_000_000;

  private final Of of;
  private final Limits limits;
  private final Map<Policy, Bucket> buckets = new EnumMap<>(Policy.class);
  private final AtomicInteger underWay = new AtomicInteger();

  Usage(Of of, Limits limits) {
    this.of = of;
    this.limits = limits;
    for (Policy policy : RATES) {
      buckets.put(policy, new Bucket(limits.of(policy), Limits.WINDOW.toNanos()));
    }
  }

  /** What is used up and takes longest to come back; null where one more request may come. */
  @Nullable Refusal exceeded(long nowNanos) {
    Refusal worst = null;
    for (Policy policy : RATES) {
      long waitNanos = bucket(policy).waitNanos(nowNanos);
      if (waitNanos > 0) {
        long seconds = Math.ceilDiv(waitNanos, SECOND_NANOS);
        if (worst == null || seconds > worst.retrySeconds()) {
          worst = new Refusal(policy, of, limits, seconds);
        }
      }
    }
    return worst == null && underWay.get() >= limits.atOnce()
        ? new Refusal(Policy.AT_ONCE, of, limits, 1)
        : worst;
  }

  void begin(long nowNanos) {
    underWay.incrementAndGet();
    use(Policy.REQUESTS, 1, nowNanos);
  }

  void end() {
    underWay.decrementAndGet();
  }

  void use(Policy policy, long units, long nowNanos) {
    if (units > 0) {
      bucket(policy).use(units, nowNanos);
    }
  }

  /** The rate of which the smallest share is left; null where more than half is left of each. */
  @Nullable Left tightest(long nowNanos) {
    Left tightest = null;
    double least = 0.5;
    for (Policy policy : RATES) {
      Bucket bucket = bucket(policy);
      long left = bucket.left(nowNanos);
      double share = (double) left / limits.of(policy);
      if (share < least) {
        least = share;
        tightest =
            new Left(
                policy, left, Math.ceilDiv(bucket.owedNanos(nowNanos), SECOND_NANOS), of, limits);
      }
    }
    return tightest;
  }

  private Bucket bucket(Policy policy) {
    Bucket bucket = buckets.get(policy);
    if (bucket == null) {
      throw new AssertionError("BUG: " + policy + " is no rate");
    }
    return bucket;
  }
}
