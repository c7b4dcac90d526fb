package qiantang.query.change;

import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;
import qiantang.store.registry.AccessToken;
import qiantang.store.registry.Credential;
import qiantang.store.registry.Device;
import qiantang.store.registry.Role;

/** Draws tokens. Any thread. */
public final class Credentials {
  // 96 bits: a collision among a billion tokens of one owner has a chance of 6e-12.
  private static final int ID_BYTES = 12;

  private final SecureRandom random;
  private final InstantSource clock;

  /**
   * A new token: what rests in the store, and what its bearer is shown once.
   *
   * @param credential to be stored
   * @param token to be shown
   */
  public record Drawn(Credential credential, AccessToken token) {}

  /** Draws from a source of randomness and stamps with a clock. */
  public Credentials(SecureRandom random, InstantSource clock) {
    this.random = random;
    this.clock = clock;
  }

  /** A device's or gateway's. */
  Drawn ofDevice(EnterpriseId enterprise, DeviceId device, Device.Kind kind) {
    Role role =
        switch (kind) {
          case DEVICE -> Role.DEVICE;
          case GATEWAY -> Role.GATEWAY;
        };
    return draw(enterprise, role, device, device.text(), null);
  }

  /** A person's or program's. */
  Drawn ofPerson(EnterpriseId owner, Role role, String name, @Nullable Instant expires) {
    return draw(owner, role, null, name, expires);
  }

  private Drawn draw(
      EnterpriseId owner,
      Role role,
      @Nullable DeviceId device,
      String name,
      @Nullable Instant expires) {
    AccessToken token = AccessToken.draw(owner, random);
    byte[] id = new byte[ID_BYTES];
    random.nextBytes(id);
    return new Drawn(
        new Credential(
            owner,
            HexFormat.of().formatHex(id),
            token.hash(),
            role,
            device,
            name,
            clock.instant(),
            expires),
        token);
  }
}
