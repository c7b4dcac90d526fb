package qiantang.store.registry;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;

/**
 * What a credential is found by: whoever knows the secret can make it, nobody can make the secret
 * of it.
 *
 * @param hash SHA-256 as 64 hexadecimal digits: of a token its secret, of a password or certificate
 *     also its kind and device, so that neither opens anything else
 */
public record CredentialKey(EnterpriseId owner, String hash) {
  private static final int TAG_DIGITS = 16;

  /** The key of this hash. */
  public CredentialKey(EnterpriseId owner, byte[] hash) {
    this(owner, HexFormat.of().formatHex(hash));
  }

  /** The key of a device's password. */
  public static CredentialKey ofPassword(EnterpriseId owner, DeviceId device, byte[] password) {
    MessageDigest digest = begin(Credential.Kind.PASSWORD, device);
    digest.update(password);
    return new CredentialKey(owner, digest.digest());
  }

  /**
   * The key of leave to log in by certificate.
   *
   * @param fingerprint of the one certificate that may, null for any that names the device
   */
  public static CredentialKey ofCertificate(
      EnterpriseId owner, DeviceId device, @Nullable String fingerprint) {
    MessageDigest digest = begin(Credential.Kind.CERTIFICATE, device);
    digest.update(
        (fingerprint == null ? "any" : fingerprint.toLowerCase(Locale.ROOT)).getBytes(UTF_8));
    return new CredentialKey(owner, digest.digest());
  }

  /** What {@link #text} wrote; null where there was nothing. */
  public static @Nullable CredentialKey parse(@Nullable String text) {
    int colon = text == null ? -1 : text.indexOf(':');
    return text == null || colon < 0
        ? null
        : new CredentialKey(new EnterpriseId(text.substring(0, colon)), text.substring(colon + 1));
  }

  /** As one text, for the store alone. */
  public String text() {
    return owner.text() + ":" + hash;
  }

  /** SHA-256 of these bytes. */
  static byte[] sha256(byte[] bytes) {
    return digest().digest(bytes);
  }

  /** The hash as bytes. */
  public byte[] bytes() {
    return HexFormat.of().parseHex(hash);
  }

  /**
   * The first 64 bits of the hash: tells the credentials of one device apart in 8 bytes a session;
   * two of 16 are the same with a chance of 1e-17.
   */
  public long tag() {
    return HexFormat.fromHexDigitsToLong(hash, 0, TAG_DIGITS);
  }

  @Override
  public String toString() {
    return owner.text() + ":" + hash.substring(0, TAG_DIGITS / 2);
  }

  /** No text of a kind or device holds the byte 0, so that no two inputs run into each other. */
  private static MessageDigest begin(Credential.Kind kind, DeviceId device) {
    MessageDigest digest = digest();
    digest.update((kind.word() + "\0" + device.text() + "\0").getBytes(UTF_8));
    return digest;
  }

  private static MessageDigest digest() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("BUG: every JDK has SHA-256", e);
    }
  }
}
