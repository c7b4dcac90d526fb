package qiantang.sim.audit;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import qiantang.sim.api.Rejection;

/**
 * The rejections of a run, arranged so that each accounts for as many readings as it counts: a
 * record of one reading for exactly that event time, a record with a larger count or without a time
 * for any readings of its device, a record without a device for whole messages of its publisher.
 *
 * <p>Memory: some 100 bytes for each event time, at most {@value #TIMES_MAX} of them. Of what is
 * refused beyond that only numbers are kept, which account for any readings of the device.
 */
public final class RecordedRefusals {
  /** 100 MB; a run with more refusals than that is about nothing else. */
  static final int TIMES_MAX = 1_000_000;

  private static final String MESSAGE_PREFIX = "message\n";
  private static final String READING_PREFIX = "reading\n";

  private final Map<String, Long> anyTime = new HashMap<>();
  private final Map<String, Set<Long>> exactTimes = new HashMap<>();
  private final Map<String, Long> byReason = new TreeMap<>();
  private long total;
  private int times;

  public void add(Rejection rejection) {
    String key =
        rejection.device().isEmpty()
            ? MESSAGE_PREFIX + rejection.publisher()
            : READING_PREFIX + rejection.device();
    if (rejection.count() == 1 && rejection.eventTimeMicros() >= 0 && times < TIMES_MAX) {
      if (!exactTimes.computeIfAbsent(key, k -> new HashSet<>()).add(rejection.eventTimeMicros())) {
        return; // the same reading refused again after a resend
      }
      times++;
    } else {
      anyTime.merge(key, rejection.count(), Long::sum);
    }
    byReason.merge(rejection.reason(), rejection.count(), Long::sum);
    total += rejection.count();
  }

  public long total() {
    return total;
  }

  public Map<String, Long> byReason() {
    return Map.copyOf(byReason);
  }

  /** What the rejections account for of one device; consumed as it is taken. */
  Allowance of(String publisher, String device) {
    String reading = READING_PREFIX + device;
    String message = MESSAGE_PREFIX + publisher;
    Set<Long> exact = new HashSet<>(exactTimes.getOrDefault(reading, Set.of()));
    exact.addAll(exactTimes.getOrDefault(message, Set.of()));
    return new Allowance(
        exact, anyTime.getOrDefault(reading, 0L) + anyTime.getOrDefault(message, 0L));
  }

  /** Not for threads to share. */
  static final class Allowance {
    private final Set<Long> exact;
    private long anyTime;

    private Allowance(Set<Long> exact, long anyTime) {
      this.exact = exact;
      this.anyTime = anyTime;
    }

    /** Whether a rejection accounts for the absent reading of this event time. */
    boolean take(long eventTimeMicros) {
      if (exact.remove(eventTimeMicros)) {
        return true;
      }
      if (anyTime > 0) {
        anyTime--;
        return true;
      }
      return false;
    }
  }
}
