package qiantang.query.limit;

/** Who shares a limit. */
public enum Of {
  /** One token. */
  TOKEN("token"),
  /** All tokens of an enterprise, of a platform, or of the operators of the whole. */
  ENTERPRISE("enterprise"),
  /** All that come from one address. */
  ADDRESS("address");

  private final String word;

  Of(String word) {
    this.word = word;
  }

  /** The word in metrics. */
  public String word() {
    return word;
  }
}
