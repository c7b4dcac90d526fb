package qiantang.sim.audit;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What is found while a run goes on: one sample may be found wrong in every round and is one
 * finding all the same. Not for threads to share.
 */
final class LiveFindings {
  /** Enough to see what is going on; by its end all is audited. */
  static final int KEPT_MAX = 10;

  private record Key(Verdict verdict, String device, String metric, long eventTimeMicros) {}

  private record Seen(Finding finding, long times, Instant first, Instant last) {
    Finding told() {
      String detail = finding.detail() + (finding.detail().isEmpty() ? "" : ", ");
      String when =
          times == 1
              ? "seen once, at " + seconds(first)
              : "seen %d times, first at %s, last at %s"
                  .formatted(times, seconds(first), seconds(last));
      return new Finding(
          finding.verdict(),
          finding.device(),
          finding.metric(),
          finding.eventTimeMicros(),
          detail + when);
    }

    private static Instant seconds(Instant time) {
      return time.truncatedTo(ChronoUnit.SECONDS);
    }
  }

  private final Map<Key, Seen> seen = new LinkedHashMap<>();

  /** Takes one; answers whether it is the first of its sample and is kept. */
  boolean isNew(Finding finding, Instant now) {
    Key key =
        new Key(finding.verdict(), finding.device(), finding.metric(), finding.eventTimeMicros());
    Seen before = seen.get(key);
    if (before == null && seen.size() == KEPT_MAX) {
      return false;
    }
    Instant first = before == null ? now : before.first();
    seen.put(key, new Seen(finding, before == null ? 1 : before.times() + 1, first, now));
    return before == null;
  }

  /** The first ones, in their order. */
  List<Finding> all() {
    return seen.values().stream().map(Seen::told).toList();
  }
}
