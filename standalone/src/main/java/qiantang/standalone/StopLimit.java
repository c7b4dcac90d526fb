package qiantang.standalone;

import java.time.Duration;

/**
 * How long each part of a demo is waited for when it ends, in the order of ending. SIGTERM is to
 * end all within 20 s, so that is what they have together; what one leaves goes to the next.
 */
enum StopLimit {
  FLEET(1000),
  /** Answers what is in flight, and gives presence records their second. */
  INGEST(6000),
  QUERY(1000),
  STORE(1000),
  /** Its own 10 s, then SIGKILL. */
  CASSANDRA(10_500),
  DATA(500);

  private final int millis;

  StopLimit(int millis) {
    this.millis = millis;
  }

  Duration time() {
    return Duration.ofMillis(millis);
  }
}
