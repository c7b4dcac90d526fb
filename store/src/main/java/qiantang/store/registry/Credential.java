package qiantang.store.registry;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;
import qiantang.store.access.Bounds;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;

/**
 * What a token, password or certificate lets its bearer be.
 *
 * @param owner the enterprise, or {@link EnterpriseId#OPERATOR}
 * @param id names the credential without revealing it, unique within its owner
 * @param hash see {@link CredentialKey}
 * @param device the device or gateway it logs in, null for a person's or program's token
 * @param name what it is for, for people
 * @param fingerprint SHA-256 of the one certificate that it is, null for any and for other kinds
 * @param expires from when on it is refused, null for never
 * @param bounds what it is bounded to beyond its role
 * @param parent the token whose bearer made it, by a link; it opens nothing when that does not.
 *     Null where nobody's did
 */
public record Credential(
    EnterpriseId owner,
    String id,
    byte[] hash,
    Kind kind,
    Role role,
    @Nullable DeviceId device,
    String name,
    @Nullable String fingerprint,
    Instant created,
    @Nullable Instant expires,
    Bounds bounds,
    @Nullable CredentialKey parent) {
  /** Credentials of one device at a time: enough to rotate several clients one by one. */
  public static final int OF_DEVICE_MAX = 16;

  public Credential {
    created = created.truncatedTo(ChronoUnit.MILLIS); // as the tables keep it
    expires = expires == null ? null : expires.truncatedTo(ChronoUnit.MILLIS);
  }

  /** One that can do what its role can. */
  public Credential(
      EnterpriseId owner,
      String id,
      byte[] hash,
      Kind kind,
      Role role,
      @Nullable DeviceId device,
      String name,
      @Nullable String fingerprint,
      Instant created,
      @Nullable Instant expires) {
    this(
        owner,
        id,
        hash,
        kind,
        role,
        device,
        name,
        fingerprint,
        created,
        expires,
        Bounds.NONE,
        null);
  }

  /** A token. */
  public Credential(
      EnterpriseId owner,
      String id,
      byte[] hash,
      Role role,
      @Nullable DeviceId device,
      String name,
      Instant created,
      @Nullable Instant expires) {
    this(owner, id, hash, Kind.TOKEN, role, device, name, null, created, expires);
  }

  /** The same with bounds. */
  public Credential with(Bounds others) {
    return new Credential(
        owner, id, hash, kind, role, device, name, fingerprint, created, expires, others, parent);
  }

  /** The same, made by the bearer of a token. */
  public Credential by(@Nullable CredentialKey token) {
    return new Credential(
        owner, id, hash, kind, role, device, name, fingerprint, created, expires, bounds, token);
  }

  /** Whether it opens anything at this moment. */
  public boolean isValidAt(Instant now) {
    return expires == null || now.isBefore(expires);
  }

  /** What it is found by. */
  public CredentialKey key() {
    return new CredentialKey(owner, hash);
  }

  /** How a bearer shows that he may. */
  public enum Kind {
    /** The user name is the secret, and names its enterprise. */
    TOKEN("token"),
    /** The user name is {@code <enterprise>/<device>}, the password the secret. */
    PASSWORD("password"),
    /** A client certificate of the operator's CA whose CN is {@code <enterprise>/<device>}. */
    CERTIFICATE("certificate");

    private final String word;

    Kind(String word) {
      this.word = word;
    }

    /** The word used in JSON and CQL. */
    public String word() {
      return word;
    }

    /** The kind of this word, or null. */
    public static @Nullable Kind ofWord(String word) {
      for (Kind kind : values()) {
        if (kind.word.equals(word)) {
          return kind;
        }
      }
      return null;
    }
  }
}
