package qiantang.query.auth;

/** What became of the credentials of a request. */
public sealed interface Authentication {
  /** A valid token of a person or program. */
  record Known(Caller caller) implements Authentication {}

  /**
   * Nobody.
   *
   * @param advice what to do about it, for a person; never says whether a token exists
   */
  record Unknown(String advice) implements Authentication {}
}
