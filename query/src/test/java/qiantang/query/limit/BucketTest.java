package qiantang.query.limit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class BucketTest {
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
  private static final long WINDOW = 60 * SECOND;

  @Test
  void allOfItMayBeUsedAtOnceAndComesBackBitByBit() {
    Bucket bucket = new Bucket(60, WINDOW);
    for (int i = 0; i < 60; i++) {
      assertEquals(60 - i, bucket.left(0));
      assertEquals(0, bucket.waitNanos(0));
      bucket.use(1, 0);
    }
    assertEquals(0, bucket.left(0));
    assertEquals(SECOND, bucket.waitNanos(0));
    assertEquals(SECOND / 2, bucket.waitNanos(SECOND / 2));
    assertEquals(0, bucket.waitNanos(SECOND));
    assertEquals(30, bucket.left(30 * SECOND));
    assertEquals(60, bucket.left(1000 * SECOND));
  }

  @Test
  void whatIsOverdrawnMustBeEarnedFirst() {
    Bucket bucket = new Bucket(100, WINDOW);
    bucket.use(350, 0);
    assertEquals(0, bucket.left(0));
    assertEquals(SECOND * 1506 / 10, bucket.waitNanos(0));
    assertEquals(0, bucket.waitNanos(SECOND * 1506 / 10));
  }

  @Test
  void anyClockWillDo() {
    for (long origin : new long[] {Long.MIN_VALUE / 2, -5, Long.MAX_VALUE / 2}) {
      Bucket bucket = new Bucket(10, WINDOW);
      assertEquals(10, bucket.left(origin));
      bucket.use(Long.MAX_VALUE, origin);
      assertEquals(0, bucket.left(origin));
      assertTrue(bucket.waitNanos(origin) > WINDOW);
    }
  }

  /** Whoever waits as long as it is told gets what the quota is, and not more. */
  @Test
  void inTheLongRunTheRateIsKept() {
    for (long seed = 1; seed <= 20; seed++) {
      Random random = new Random(seed);
      long quota = 1L + random.nextInt(1000);
      Bucket bucket = new Bucket(quota, WINDOW);
      long now = random.nextLong() / 4;
      long began = now;
      long used = 0;
      for (int i = 0; i < 1000; i++) {
        now += bucket.waitNanos(now);
        assertEquals(0, bucket.waitNanos(now), "seed " + seed);
        long units = 1L + random.nextInt((int) quota);
        bucket.use(units, now);
        used += units;
      }
      // One window's worth before anything was earned, and what the last one overdrew.
      double windows = (double) (now - began) / WINDOW;
      assertTrue(used <= (windows + 2) * quota + 2, "seed " + seed);
      assertTrue(used >= windows * quota - 2, "seed " + seed);
    }
  }
}
