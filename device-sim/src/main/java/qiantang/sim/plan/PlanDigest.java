package qiantang.sim.plan;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * What two runs of one scenario and seed have in common: SHA-256 over the planned time and the
 * payload of each message, publisher after publisher, and of Sparkplug its topic without its
 * number. Run id and beginning, by which runs differ on purpose, are left out: device ids without
 * the run id, event times from 0 on.
 *
 * @param sha256 64 hexadecimal digits
 * @param everyNth 1 if each message is in it; else, of a large plan, messages 0, N, 2 N, ... of
 *     each publisher
 */
public record PlanDigest(String sha256, long everyNth) {
  /** Readings are computed at 2 to 15 microseconds each, so it takes a second. */
  private static final long READINGS_MAX = 100_000;

  static PlanDigest of(Plan plan) {
    long readings = 0;
    for (PublisherPlan publisher : plan.publishers()) {
      readings += publisher.messages() * publisher.devices().size() / publisher.fleet().turns();
    }
    long everyNth = Math.max(1, Math.ceilDiv(readings, READINGS_MAX));
    MessageDigest digest = newDigest();
    for (PublisherPlan publisher : plan.publishers()) {
      PublisherPlan nameless = publisher.without(plan.runId() + "-");
      for (long n = 0; n < nameless.messages(); n += everyNth) {
        digest.update(ByteBuffer.allocate(8).putLong(nameless.plannedNanos(n)).flip());
        digest.update(nameless.payload(n, 0));
        if (publisher.fleet().dialect() == Dialect.SPARKPLUG) {
          digest.update(nameless.topic(n).getBytes(StandardCharsets.UTF_8));
        }
      }
    }
    return new PlanDigest(HexFormat.of().formatHex(digest.digest()), everyNth);
  }

  /** For a line of a report. */
  public String text() {
    return "sha256 " + sha256 + (everyNth == 1 ? "" : " of every " + everyNth + "th message");
  }

  private static MessageDigest newDigest() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("BUG: every Java has SHA-256", e);
    }
  }
}
