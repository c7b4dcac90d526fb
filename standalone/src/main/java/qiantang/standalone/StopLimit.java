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
  QUERY(500),
  /** The driver lets its event loops be idle for 2 s before it ends them. */
  STORE(2100),
  /** Its own 10 s, then SIGKILL. */
  CASSANDRA(10_300),
  DATA(100);

  private final int millis;

  StopLimit(int millis) {
    this.millis = millis;
  }

  Duration time() {
    return Duration.ofMillis(millis);
  }
}
