package qiantang.store.access;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.concurrent.TimeUnit;

/**
 * A line of the audit in its chain. A chain is what one process wrote of one subject: numbers from
 * 1 without a hole, times that never go back, each line with the digest of the one before. So a
 * line that was changed does not fit its digest, and one that was cut out is missing.
 *
 * @param micros when, microseconds since 1970 UTC
 * @param chain 16 hexadecimal digits, drawn by the writer
 * @param number place in the chain, from 1
 * @param previousDay day of the line before, days since 1970; -1 for the first
 * @param previous digest of the line before, 64 zeros for the first
 * @param digest SHA-256 of all the others
 */
public record AuditLine(
    long micros,
    String chain,
    long number,
    long previousDay,
    String previous,
    String digest,
    Act act) {
  /** What the first line of a chain has for the digest of the one before. */
  public static final String NONE = "0".repeat(64);

  private static final long DAY_MICROS = TimeUnit.DAYS.toMicros(1);

  /** The first line of a chain. */
  public static AuditLine first(String chain, long micros, Act act) {
    return of(micros, chain, 1, -1, NONE, act);
  }

  /** The next line of this one's chain. */
  public AuditLine next(long nowMicros, Act next) {
    return of(Math.max(micros, nowMicros), chain, number + 1, day(), digest, next);
  }

  private static AuditLine of(
      long micros, String chain, long number, long previousDay, String previous, Act act) {
    return new AuditLine(
        micros,
        chain,
        number,
        previousDay,
        previous,
        digest(micros, chain, number, previousDay, previous, act),
        act);
  }

  /** Names the line within its subject and day; in order of time. */
  public String id() {
    return "%016x-%s-%08x".formatted(micros, chain, number);
  }

  /** Days since 1970 UTC: the partition it lies in. */
  public long day() {
    return dayOf(micros);
  }

  /** The day of a time. */
  public static long dayOf(long micros) {
    return Math.floorDiv(micros, DAY_MICROS);
  }

  /** Whether it is as it was written. */
  public boolean isWhole() {
    return digest.equals(digest(micros, chain, number, previousDay, previous, act));
  }

  private static String digest(
      long micros, String chain, long number, long previousDay, String previous, Act act) {
    MessageDigest digest = sha256();
    digest.update(
        ByteBuffer.allocate(32)
            .putLong(micros)
            .putLong(number)
            .putLong(previousDay)
            .putLong(act.count())
            .flip());
    // Each text with its length, so that none runs into the next.
    for (String text :
        new String[] {
          previous,
          chain,
          act.subject().text(),
          act.actor().token(),
          act.actor().name(),
          act.actor().role(),
          act.actor().party(),
          act.action(),
          act.object(),
          act.grant() == null ? "" : act.grant(),
          act.outcome(),
          act.requestId(),
          act.address()
        }) {
      byte[] bytes = text.getBytes(UTF_8);
      digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(bytes.length).flip());
      digest.update(bytes);
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("BUG: every JDK has SHA-256", e);
    }
  }
}
