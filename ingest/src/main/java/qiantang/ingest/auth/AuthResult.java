package qiantang.ingest.auth;

import qiantang.store.model.EnterpriseId;

/** What came of a login. */
public sealed interface AuthResult {
  /** Welcome. */
  record Granted(Identity identity) implements AuthResult {}

  /**
   * Refused for good.
   *
   * @param owner whose rejection it is: the enterprise the user name begins with, where there is
   *     one, else the operator
   * @param isKnown whether the credential exists but may not connect
   * @param detail why, for the owner; for the client only where the credential is known, or it
   *     would learn which enterprises there are
   */
  record Denied(EnterpriseId owner, boolean isKnown, String detail) implements AuthResult {}

  /** The store is away and nothing is known from before: come again. */
  record Undecided() implements AuthResult {}
}
