package qiantang.sim.audit;

import qiantang.sim.plan.PublisherPlan;

/** Event times in milliseconds since 1970, the first inclusive, the last exclusive. */
record TimeRange(long fromMillis, long toMillis) {

  /**
   * Those that a publisher's messages can have. Not from the first to the last message: what comes
   * late happened earlier.
   */
  static TimeRange of(SentMessages sent) {
    PublisherPlan plan = sent.plan();
    long from = Long.MAX_VALUE;
    long to = Long.MIN_VALUE;
    for (long n = sent.from(); n < sent.sentMax(); n++) {
      long millis = plan.eventTimeMillis(n, sent.startMillis());
      from = Math.min(from, millis);
      to = Math.max(to, millis + 1);
    }
    return from < to
        ? new TimeRange(from, to)
        : new TimeRange(sent.startMillis(), sent.startMillis());
  }

  /** As much longer that it covers the other too, and a margin on both sides. */
  TimeRange around(TimeRange other, long marginMillis) {
    return new TimeRange(
        Math.min(fromMillis, other.fromMillis) - marginMillis,
        Math.max(toMillis, other.toMillis) + marginMillis);
  }

  long millis() {
    return toMillis - fromMillis;
  }
}
