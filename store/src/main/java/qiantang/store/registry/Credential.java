package qiantang.store.registry;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;

/**
 * What a token lets its bearer be.
 *
 * @param owner the enterprise, or {@link EnterpriseId#OPERATOR}
 * @param id names the token without revealing it, unique within its owner
 * @param hash SHA-256 of the secret
 * @param device the device or gateway it logs in, null for a person's or program's token
 * @param name what it is for, for people
 * @param expires from when on it is refused, null for never
 */
public record Credential(
    EnterpriseId owner,
    String id,
    byte[] hash,
    Role role,
    @Nullable DeviceId device,
    String name,
    Instant created,
    @Nullable Instant expires) {
  public Credential {
    created = created.truncatedTo(ChronoUnit.MILLIS); // as the tables keep it
    expires = expires == null ? null : expires.truncatedTo(ChronoUnit.MILLIS);
  }

  /** Whether it opens anything at this moment. */
  public boolean isValidAt(Instant now) {
    return expires == null || now.isBefore(expires);
  }
}
