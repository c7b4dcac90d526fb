package qiantang.sim.audit;

import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** One sample that is not as it should be. */
public record Finding(
    Verdict verdict, String device, String metric, long eventTimeMicros, String detail) {

  public String text() {
    Instant time = Instant.EPOCH.plus(eventTimeMicros, ChronoUnit.MICROS);
    String where = device + " " + metric + " " + time;
    return verdict.name() + " " + where + (detail.isEmpty() ? "" : ": " + detail);
  }
}
