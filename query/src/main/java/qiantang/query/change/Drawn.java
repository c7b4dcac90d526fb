package qiantang.query.change;

import qiantang.store.registry.AccessToken;
import qiantang.store.registry.Credential;

/** A new credential: what rests in the store, and what its bearer is shown once. */
public sealed interface Drawn {
  /** To be stored. */
  Credential credential();

  /** A token, to be given as user name or as bearer token. */
  record Token(Credential credential, AccessToken token) implements Drawn {}

  /** A user name and a password. */
  record Password(Credential credential, String userName, String password) implements Drawn {
    @Override
    public String toString() {
      return "Password[" + userName + "]"; // no secret in a log
    }
  }

  /** Leave to log in by a certificate of the operator's CA with this CN; nothing is secret. */
  record Certificate(Credential credential, String commonName) implements Drawn {}
}
