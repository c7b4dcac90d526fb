package qiantang.store.registry;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;

/**
 * Word to all nodes that somebody's access has changed: what they remember of it is to be asked for
 * again. It does not say what holds now, so hearing it twice, late or in another order changes
 * nothing.
 *
 * @param at the database's clock before the word was written
 * @param id random: two words of one instant are two
 * @param device whose; null where it is the enterprise's settings or grants, or a person's token
 * @param credential the hash of the credential; null where it is the device itself
 */
public record AccessChange(
    Instant at,
    long id,
    EnterpriseId enterprise,
    @Nullable DeviceId device,
    @Nullable String credential) {
  /** How long such words can be read: an outage of the store is shorter. */
  public static final Duration KEPT = Duration.ofDays(1);

  public AccessChange {
    at = at.truncatedTo(ChronoUnit.MILLIS); // as the tables keep it
  }

  /** Of the enterprise's settings or grants. */
  public static AccessChange ofEnterprise(Instant at, long id, EnterpriseId enterprise) {
    return new AccessChange(at, id, enterprise, null, null);
  }

  /** Of a device. */
  public static AccessChange ofDevice(
      Instant at, long id, EnterpriseId enterprise, DeviceId device) {
    return new AccessChange(at, id, enterprise, device, null);
  }

  /** Of a device's credential. */
  public static AccessChange ofCredential(Instant at, long id, Credential credential) {
    return new AccessChange(
        at, id, credential.owner(), credential.device(), credential.key().hash());
  }

  /** What the credential is found by; null where it is not about one. */
  public @Nullable CredentialKey key() {
    return credential == null ? null : new CredentialKey(enterprise, credential);
  }
}
