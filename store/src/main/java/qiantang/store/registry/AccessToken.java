package qiantang.store.registry;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.SecureRandom;
import java.util.Base64;
import java.util.Optional;
import qiantang.store.model.EnterpriseId;

/**
 * A token as its bearer shows it: {@code <enterprise>.<secret>}. The visible owner lets a load
 * balancer keep an enterprise on one node; the secret is 256 random bits in base64url.
 *
 * @param owner the enterprise, or {@link EnterpriseId#OPERATOR}
 * @param secret 43 characters for tokens of ours; any text from the outside
 */
public record AccessToken(EnterpriseId owner, String secret) {
  private static final int SECRET_BYTES = 32;
  private static final int SECRET_LENGTH_MAX = 128;

  /** A fresh token. */
  public static AccessToken draw(EnterpriseId owner, SecureRandom random) {
    byte[] secret = new byte[SECRET_BYTES];
    random.nextBytes(secret);
    return new AccessToken(owner, Base64.getUrlEncoder().withoutPadding().encodeToString(secret));
  }

  /** Reads what somebody showed; empty where it has not the form of a token. */
  public static Optional<AccessToken> parse(String text) {
    int dot = text.indexOf('.');
    if (dot < 0 || !EnterpriseId.isValid(text.substring(0, dot))) {
      return Optional.empty();
    }
    String secret = text.substring(dot + 1);
    if (secret.isEmpty() || secret.length() > SECRET_LENGTH_MAX) {
      return Optional.empty();
    }
    return Optional.of(new AccessToken(new EnterpriseId(text.substring(0, dot)), secret));
  }

  /** What rests in the store: SHA-256 of the secret. */
  public byte[] hash() {
    return CredentialKey.sha256(secret.getBytes(UTF_8));
  }

  /** What its credential is found by. */
  public CredentialKey key() {
    return new CredentialKey(owner, hash());
  }

  /** The text its bearer shows. Not {@code toString}: a secret must not reach a log by accident. */
  public String text() {
    return owner.text() + "." + secret;
  }

  @Override
  public String toString() {
    return owner.text() + ".***";
  }
}
