package qiantang.query.change;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;
import qiantang.store.access.Bounds;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;
import qiantang.store.registry.AccessToken;
import qiantang.store.registry.Credential;
import qiantang.store.registry.CredentialKey;
import qiantang.store.registry.Device;
import qiantang.store.registry.Role;

/** Draws credentials. Nobody chooses a password: what is drawn needs no slow hash. Any thread. */
public final class Credentials {
  // 96 bits: a collision among a billion tokens of one owner has a chance of 6e-12.
  private static final int ID_BYTES = 12;

  private final SecureRandom random;
  private final InstantSource clock;

  /** Draws from a source of randomness and stamps with a clock. */
  public Credentials(SecureRandom random, InstantSource clock) {
    this.random = random;
    this.clock = clock;
  }

  /** A token of a device or gateway. */
  Drawn.Token ofDevice(
      EnterpriseId enterprise, DeviceId device, Device.Kind kind, @Nullable Instant expires) {
    return token(enterprise, roleOf(kind), device, device.text(), expires);
  }

  /** A password of a device or gateway. */
  Drawn.Password password(
      EnterpriseId enterprise, DeviceId device, Device.Kind kind, @Nullable Instant expires) {
    String secret = AccessToken.draw(enterprise, random).secret();
    CredentialKey key = CredentialKey.ofPassword(enterprise, device, secret.getBytes(US_ASCII));
    Credential credential =
        credential(key, Credential.Kind.PASSWORD, roleOf(kind), device, null, expires);
    return new Drawn.Password(credential, enterprise + "/" + device, secret);
  }

  /**
   * Leave for a device or gateway to log in by certificate.
   *
   * @param fingerprint of the one certificate that may, null for any that names the device
   */
  Drawn.Certificate certificate(
      EnterpriseId enterprise,
      DeviceId device,
      Device.Kind kind,
      @Nullable String fingerprint,
      @Nullable Instant expires) {
    CredentialKey key = CredentialKey.ofCertificate(enterprise, device, fingerprint);
    Credential credential =
        credential(key, Credential.Kind.CERTIFICATE, roleOf(kind), device, fingerprint, expires);
    return new Drawn.Certificate(credential, enterprise + "/" + device);
  }

  /** A person's or program's. */
  Drawn.Token ofPerson(
      EnterpriseId owner, Role role, String name, Bounds bounds, @Nullable Instant expires) {
    Drawn.Token drawn = token(owner, role, null, name, expires);
    return new Drawn.Token(drawn.credential().with(bounds), drawn.token());
  }

  /** What a link or a browser shows: who it is for, under an id of its own kind. */
  Drawn.Token like(Credential who, String kind, Instant expires) {
    AccessToken token = AccessToken.draw(who.owner(), random);
    return new Drawn.Token(
        new Credential(
                who.owner(),
                kind + drawId(),
                token.hash(),
                who.role(),
                null,
                who.name(),
                clock.instant(),
                expires)
            .with(who.bounds())
            .by(who.parent()),
        token);
  }

  /** A new id of 96 random bits. */
  String id() {
    return drawId();
  }

  private Drawn.Token token(
      EnterpriseId owner,
      Role role,
      @Nullable DeviceId device,
      String name,
      @Nullable Instant expires) {
    AccessToken token = AccessToken.draw(owner, random);
    return new Drawn.Token(
        new Credential(owner, drawId(), token.hash(), role, device, name, clock.instant(), expires),
        token);
  }

  private Credential credential(
      CredentialKey key,
      Credential.Kind kind,
      Role role,
      DeviceId device,
      @Nullable String fingerprint,
      @Nullable Instant expires) {
    return new Credential(
        key.owner(),
        drawId(),
        key.bytes(),
        kind,
        role,
        device,
        device.text(),
        fingerprint,
        clock.instant(),
        expires);
  }

  private String drawId() {
    byte[] id = new byte[ID_BYTES];
    random.nextBytes(id);
    return HexFormat.of().formatHex(id);
  }

  private static Role roleOf(Device.Kind kind) {
    return switch (kind) {
      case DEVICE -> Role.DEVICE;
      case GATEWAY -> Role.GATEWAY;
    };
  }
}
