package qiantang.query.limit;

/**
 * What is limited. The words are those of the headers {@code RateLimit-Policy} and {@code
 * RateLimit} (draft-ietf-httpapi-ratelimit-headers-10, section 3) and of problems.
 */
public enum Policy {
  /** Requests, whatever they cost. */
  REQUESTS("requests", "requests"),
  /** Values of samples that answers had. */
  POINTS("points", "points"),
  /** Bytes of answers, before they are compressed. */
  BYTES("bytes", "content-bytes"),
  /** Time that heavy reads took, without that of sending. */
  WORK("work", "milliseconds"),
  /** Requests under way at once. */
  AT_ONCE("at-once", "concurrent-requests"),
  /** Tokens and links that opened nothing, each the first time. */
  ATTEMPTS("attempts", "requests");

  private final String word;
  private final String unit;

  Policy(String word, String unit) {
    this.word = word;
    this.unit = unit;
  }

  /** Its name. */
  public String word() {
    return word;
  }

  /** What is counted; of the units the draft knows requests, content-bytes and concurrent ones. */
  public String unit() {
    return unit;
  }
}
