package qiantang.query.limit;

/**
 * A limit that is used up.
 *
 * @param limits of {@code of}
 * @param retrySeconds when something of it is there again; at once, a guess
 */
public record Refusal(Policy policy, Of of, Limits limits, long retrySeconds) {
  /** How much it is. */
  public long quota() {
    return limits.of(policy);
  }
}
