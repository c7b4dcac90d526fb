package qiantang.ingest.auth;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import qiantang.store.memory.MemoryRegistry;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;
import qiantang.store.registry.AccessChange;
import qiantang.store.registry.AccessToken;
import qiantang.store.registry.Credential;
import qiantang.store.registry.CredentialKey;
import qiantang.store.registry.Device;
import qiantang.store.registry.Enterprise;
import qiantang.store.registry.Retention;
import qiantang.store.registry.Role;

class LoginsTest {
  private static final EnterpriseId ACME = new EnterpriseId("acme");
  private static final EnterpriseId RIVAL = new EnterpriseId("rival");
  private static final DeviceId PRESS = new DeviceId("press.1");
  private static final DeviceId MILL = new DeviceId("mill");
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
  private static final Instant CERTIFIED_UNTIL = NOW.plusSeconds(3600);
  private static final String PRINT = "0f".repeat(32);
  private static final String OTHER_PRINT = "f0".repeat(32);

  private final MemoryRegistry registry = new MemoryRegistry();
  private final Logins logins = new Logins(registry, () -> NOW, () -> 0, null, true);

  @BeforeEach
  void register() {
    for (EnterpriseId id : List.of(ACME, RIVAL)) {
      var _ =
          registry.createEnterprise(new Enterprise(id, "", "", List.of(), Retention.DAYS_30, NOW));
      for (DeviceId device : List.of(PRESS, MILL)) {
        var _ =
            registry.createDevice(
                new Device(id, device, "", Device.Kind.DEVICE, null, "", "", "", false, NOW));
      }
    }
  }

  @Test
  void aPasswordOpensItsDeviceAndNoOther() {
    password(ACME, PRESS, "secret", null);
    Identity identity = granted(login("acme/press.1", "secret", null));
    assertEquals(ACME, identity.enterprise());
    assertEquals(PRESS, identity.device());
    assertEquals(Identity.NEVER, identity.expiresMillis());
    denied(ACME, false, "does not open device 'press.1'", login("acme/press.1", "Secret", null));
    denied(ACME, false, "does not open device 'press.1'", login("acme/press.1", "", null));
    denied(ACME, false, "no password was given", login("acme/press.1", null, null));
    denied(ACME, false, "does not open device 'mill'", login("acme/mill", "secret", null));
    denied(RIVAL, false, "does not open", login("rival/press.1", "secret", null));
    denied(ACME, false, "no device 'a b'", login("acme/a b", "secret", null));
    denied(EnterpriseId.OPERATOR, false, "no enterprise", login("nobody/press.1", "secret", null));
    denied(ACME, false, "not known", login("acme.secret", null, null));
  }

  @Test
  void aTokenIsNoPassword() {
    put(new AccessToken(ACME, "secret").key(), Credential.Kind.TOKEN, PRESS, null, null);
    assertEquals(PRESS, granted(login("acme.secret", "whatever", null)).device());
    denied(ACME, false, "does not open", login("acme/press.1", "secret", null));
    denied(ACME, false, "does not open", login("acme/press.1", "acme.secret", null));
  }

  @Test
  void anExpiredCredentialIsKnownAndRefused() {
    password(ACME, PRESS, "old", NOW);
    password(ACME, PRESS, "young", NOW.plusMillis(1));
    denied(ACME, true, "the password of press.1 has expired", login("acme/press.1", "old", null));
    Identity identity = granted(login("acme/press.1", "young", null));
    assertEquals(NOW.toEpochMilli() + 1, identity.expiresMillis());
  }

  @Test
  void aCertificateOpensTheDeviceThatItNamesWhereItMay() {
    PeerCertificate press = certificate("acme/press.1", PRINT);
    denied(ACME, true, PRINT, login(null, null, press));
    certificate(PRESS, null);
    Identity identity = granted(login(null, null, press));
    assertEquals(PRESS, identity.device());
    assertEquals(CERTIFIED_UNTIL.toEpochMilli(), identity.expiresMillis());
    assertEquals(PRESS, granted(login("acme/press.1", null, press)).device());
    assertEquals(
        PRESS, granted(login(null, null, certificate("acme/press.1", OTHER_PRINT))).device());
    denied(ACME, true, "mill", login(null, null, certificate("acme/mill", PRINT)));
    denied(RIVAL, true, "press.1", login(null, null, certificate("rival/press.1", PRINT)));
    denied(
        EnterpriseId.OPERATOR,
        true,
        "no enterprise",
        login(null, null, certificate("nobody/press.1", PRINT)));
    for (String name : List.of("press.1", "", "Acme/press.1", "/press.1")) {
      denied(
          EnterpriseId.OPERATOR,
          true,
          "CN is not <enterprise>/<device>",
          login(null, null, certificate(name, PRINT)));
    }
    denied(ACME, true, "names no device", login(null, null, certificate("acme/a/b", PRINT)));
  }

  @Test
  void aPinnedCertificateIsTheOnlyOne() {
    certificate(PRESS, PRINT);
    assertEquals(PRESS, granted(login(null, null, certificate("acme/press.1", PRINT))).device());
    denied(ACME, true, OTHER_PRINT, login(null, null, certificate("acme/press.1", OTHER_PRINT)));
  }

  @Test
  void aCertificateBesideAUserNameNamesTheSameDevice() {
    password(ACME, PRESS, "secret", null);
    put(new AccessToken(ACME, "token").key(), Credential.Kind.TOKEN, PRESS, null, null);
    certificate(PRESS, null);
    certificate(MILL, null);
    PeerCertificate press = certificate("acme/press.1", PRINT);
    PeerCertificate mill = certificate("acme/mill", PRINT);
    PeerCertificate rivals = certificate("rival/press.1", PRINT);
    assertEquals(PRESS, granted(login("acme/press.1", "secret", press)).device());
    assertEquals(PRESS, granted(login("acme.token", null, press)).device());
    denied(ACME, true, "another device", login("acme/press.1", "secret", mill));
    denied(ACME, true, "another device", login("acme.token", null, mill));
    denied(ACME, true, "another device", login("acme.token", null, rivals));
    denied(ACME, true, "another device", login("acme/press.1", null, mill));
    denied(ACME, false, "does not open", login("acme/press.1", "wrong", press));
    denied(ACME, false, "not known", login("acme.wrong", null, press));
  }

  @Test
  void whatWasRevokedOrDisabledIsRefusedOnceItIsForgotten() {
    Credential credential = password(ACME, PRESS, "secret", null);
    Device device = registry.device(ACME, PRESS).toCompletableFuture().join().orElseThrow();
    var _ = granted(login("acme/press.1", "secret", null));
    long generation = logins.generation();
    AccessChange off = AccessChange.ofDevice(NOW, 1, ACME, PRESS);
    var _ = registry.setDisabled(device, true, off);
    logins.forget(List.of(off));
    assertTrue(logins.generation() > generation);
    denied(ACME, true, "is disabled", login("acme/press.1", "secret", null));
    assertTrue(logins.isDisabled(ACME, PRESS).toCompletableFuture().join());
    assertFalse(logins.isDisabled(ACME, MILL).toCompletableFuture().join());
    AccessChange on = AccessChange.ofDevice(NOW, 2, ACME, PRESS);
    var _ = registry.setDisabled(device, false, on);
    logins.forget(List.of(on));
    var _ = granted(login("acme/press.1", "secret", null));
    AccessChange gone = AccessChange.ofCredential(NOW, 3, credential);
    var _ = registry.revoke(credential, gone);
    logins.forget(List.of(gone));
    denied(ACME, false, "does not open", login("acme/press.1", "secret", null));
    assertTrue(logins.isRevoked(credential.key()).toCompletableFuture().join());
  }

  @Test
  void noSecretIsShown() {
    Presented client = new Presented("c", "acme.secret", "secret".getBytes(UTF_8), null);
    assertEquals("Presented[c]", client.toString());
  }

  private Credential password(
      EnterpriseId owner, DeviceId device, String secret, @Nullable Instant expires) {
    CredentialKey key = CredentialKey.ofPassword(owner, device, secret.getBytes(UTF_8));
    return put(key, Credential.Kind.PASSWORD, device, null, expires);
  }

  private void certificate(DeviceId device, @Nullable String fingerprint) {
    CredentialKey key = CredentialKey.ofCertificate(ACME, device, fingerprint);
    var _ = put(key, Credential.Kind.CERTIFICATE, device, fingerprint, null);
  }

  private Credential put(
      CredentialKey key,
      Credential.Kind kind,
      DeviceId device,
      @Nullable String fingerprint,
      @Nullable Instant expires) {
    Credential credential =
        new Credential(
            key.owner(),
            "id-" + key,
            key.bytes(),
            kind,
            Role.DEVICE,
            device,
            "",
            fingerprint,
            NOW,
            expires);
    var _ = registry.putCredential(credential);
    return credential;
  }

  private static PeerCertificate certificate(String commonName, String fingerprint) {
    return new PeerCertificate(commonName, fingerprint, CERTIFIED_UNTIL);
  }

  private AuthResult login(
      @Nullable String userName, @Nullable String password, @Nullable PeerCertificate shown) {
    byte[] secret = password == null ? null : password.getBytes(UTF_8);
    return logins
        .login(new Presented("client", userName, secret, shown))
        .toCompletableFuture()
        .join();
  }

  private static Identity granted(AuthResult result) {
    return assertInstanceOf(AuthResult.Granted.class, result, result.toString()).identity();
  }

  private static void denied(
      EnterpriseId owner, boolean isKnown, String detail, AuthResult result) {
    AuthResult.Denied denied = assertInstanceOf(AuthResult.Denied.class, result, result.toString());
    assertEquals(owner, denied.owner(), denied.detail());
    assertEquals(isKnown, denied.isKnown(), denied.detail());
    assertTrue(denied.detail().contains(detail), denied.detail());
  }
}
