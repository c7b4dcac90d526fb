package qiantang.sim.audit;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import qiantang.sim.api.Rejection;

/**
 * The rejections of a run, arranged so that each accounts for as many readings as it counts: a
 * record of one reading for exactly that event time, a record with a larger count or without a time
 * for any readings of its device, a record without a device for whole messages of its publisher.
 *
 * <p>Of a publisher that sends broken messages, rejections that say so are of those alone: one of
 * them must not excuse a good message that was lost.
 *
 * <p>Memory: some 100 bytes for each event time, at most {@value #TIMES_MAX} of them. Of what is
 * refused beyond that only numbers are kept, which account for any readings of the device.
 */
public final class RecordedRefusals {
  /** 100 MB; a run with more refusals than that is about nothing else. */
  static final int TIMES_MAX = 1_000_000;

  private static final String MESSAGE_PREFIX = "message\n";
  private static final String READING_PREFIX = "reading\n";
  private static final String BROKEN_PREFIX = "broken ";

  /** What is said of a message whose bytes or topic are at fault, whenever it comes. */
  private static final Set<String> OF_BROKEN =
      Set.of("malformed", "topic", "too-large", "protocol");

  private final Map<String, Long> anyTime = new HashMap<>();
  private final Map<String, Set<Long>> exactTimes = new HashMap<>();
  private final Map<String, Long> brokenOf = new HashMap<>();
  private final Map<String, Long> byReason = new TreeMap<>();
  private long total;
  private int times;

  public void add(Rejection rejection) {
    boolean broken = OF_BROKEN.contains(rejection.reason());
    String key =
        (broken ? BROKEN_PREFIX : "")
            + (rejection.device().isEmpty()
                ? MESSAGE_PREFIX + rejection.publisher()
                : READING_PREFIX + rejection.device());
    if (rejection.count() == 1 && rejection.eventTimeMicros() >= 0 && times < TIMES_MAX) {
      if (!exactTimes.computeIfAbsent(key, k -> new HashSet<>()).add(rejection.eventTimeMicros())) {
        return; // the same reading refused again after a resend
      }
      times++;
    } else {
      anyTime.merge(key, rejection.count(), Long::sum);
    }
    if (broken) {
      brokenOf.merge(rejection.publisher(), rejection.count(), Long::sum);
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

  /** How many messages or readings of a publisher are rejected as broken. */
  long ofBroken(String publisher) {
    return brokenOf.getOrDefault(publisher, 0L);
  }

  /** What the rejections account for of one device; consumed as it is taken. */
  Allowance of(String publisher, String device) {
    return of(publisher, device, true);
  }

  /**
   * What the rejections account for of one device; consumed as it is taken.
   *
   * @param sound whether the publisher sends nothing that is broken
   */
  Allowance of(String publisher, String device, boolean sound) {
    Set<Long> exact = new HashSet<>();
    long any = 0;
    for (String key : List.of(READING_PREFIX + device, MESSAGE_PREFIX + publisher)) {
      exact.addAll(exactTimes.getOrDefault(key, Set.of()));
      any += anyTime.getOrDefault(key, 0L);
      if (sound) {
        exact.addAll(exactTimes.getOrDefault(BROKEN_PREFIX + key, Set.of()));
        any += anyTime.getOrDefault(BROKEN_PREFIX + key, 0L);
      }
    }
    return new Allowance(exact, any);
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
