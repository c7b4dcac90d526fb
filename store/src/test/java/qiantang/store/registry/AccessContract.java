package qiantang.store.registry;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import qiantang.store.harness.Stages;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;

/** What every implementation of the registry does where access is given and taken away. */
public abstract class AccessContract {
  static final Instant CREATED = Instant.parse("2026-01-15T08:00:00.123456789Z");
  static final DeviceId GATEWAY = new DeviceId("gateway");

  EnterpriseId enterprise = EnterpriseId.OPERATOR;

  /** The registry under test. */
  protected abstract Registry registry();

  @BeforeEach
  final void name(TestInfo test) {
    enterprise = new EnterpriseId("e-" + Integer.toHexString(test.getDisplayName().hashCode()));
  }

  @Test
  @Order(2)
  void aDevicesCredentialsAreListedByIdWhateverTheirKind() {
    DeviceId device = new DeviceId("d");
    Credential token =
        credential(new AccessToken(enterprise, "t"), "id-2", Role.DEVICE, device, CREATED);
    Credential password =
        ofDevice(
            "id-1",
            Credential.Kind.PASSWORD,
            CredentialKey.ofPassword(enterprise, device, "p".getBytes(UTF_8)),
            null);
    Credential certificate =
        ofDevice(
            "id-3",
            Credential.Kind.CERTIFICATE,
            CredentialKey.ofCertificate(enterprise, device, "ab"),
            "ab");
    List.of(token, password, certificate).forEach(this::put);
    put(credential(new AccessToken(enterprise, "x"), "id-0", Role.DEVICE, GATEWAY, null));
    List<Credential> listed = Stages.await(registry().credentials(enterprise, device));
    assertEquals(3, listed.size());
    assertSame(password, listed.get(0));
    assertSame(token, listed.get(1));
    assertSame(certificate, listed.get(2));
    assertSame(certificate, find(certificate.key()));
    assertEquals(List.of(), Stages.await(registry().credentials(new EnterpriseId("x"), device)));
  }

  @Test
  @Order(2)
  void aRevokedCredentialOpensNothingAndTheWordOfItIsKept() {
    DeviceId device = new DeviceId("d");
    Credential revoked =
        credential(new AccessToken(enterprise, "1"), "id-1", Role.DEVICE, device, null);
    Credential stays =
        credential(new AccessToken(enterprise, "2"), "id-2", Role.DEVICE, device, null);
    put(revoked);
    put(stays);
    AccessChange change = AccessChange.ofCredential(CREATED, 7, revoked);
    Stages.await(registry().revoke(revoked, change));
    Stages.await(registry().revoke(revoked, change));
    assertEquals(Optional.empty(), Stages.await(registry().credential(revoked.key())));
    assertSame(stays, find(stays.key()));
    List<Credential> listed = Stages.await(registry().credentials(enterprise, device));
    assertEquals(1, listed.size());
    assertSame(stays, listed.getFirst());
    List<AccessChange> words = changes(CREATED, CREATED);
    assertTrue(words.contains(change), words.toString());
    assertEquals(Optional.of(revoked.key()), words.stream().map(AccessChange::key).findFirst());
  }

  @Test
  @Order(2)
  void leaveForCertificatesCanBeGivenAgainAfterItWasRevoked() {
    DeviceId device = new DeviceId("d");
    CredentialKey key = CredentialKey.ofCertificate(enterprise, device, null);
    Credential first =
        new Credential(
            enterprise,
            "id-1",
            key.bytes(),
            Credential.Kind.CERTIFICATE,
            Role.DEVICE,
            device,
            "d",
            null,
            CREATED,
            CREATED);
    put(first);
    Stages.await(registry().revoke(first, AccessChange.ofCredential(CREATED, 8, first)));
    Credential second = ofDevice("id-2", Credential.Kind.CERTIFICATE, key, null);
    put(second);
    assertSame(second, find(key));
    assertNull(find(key).expires(), "nothing of the first one stays");
  }

  @Test
  @Order(2)
  void whoIsDisabledIsSaidOfTheDeviceAndOfItsEnterprise() {
    Device device = plain("d", Device.Kind.DEVICE, GATEWAY);
    Device other = plain("e", Device.Kind.DEVICE, null);
    assertTrue(Stages.await(registry().createDevice(device)));
    assertTrue(Stages.await(registry().createDevice(other)));
    assertEquals(Set.of(), Stages.await(registry().disabledDevices(enterprise)));
    AccessChange off = AccessChange.ofDevice(CREATED.plusSeconds(59), 1, enterprise, device.id());
    Stages.await(registry().setDisabled(device, true, off));
    assertEquals(Optional.of(device.disabled(true)), device("d"));
    assertEquals(Optional.of(other), device("e"));
    assertEquals(Set.of(device.id()), Stages.await(registry().disabledDevices(enterprise)));
    discover(plain("d", Device.Kind.DEVICE, new DeviceId("gateway-2")));
    assertTrue(device("d").orElseThrow().disabled(), "a gateway that names it enables nothing");
    AccessChange on = AccessChange.ofDevice(CREATED.plusSeconds(61), 2, enterprise, device.id());
    Stages.await(registry().setDisabled(device, false, on));
    assertFalse(device("d").orElseThrow().disabled());
    assertEquals(Set.of(), Stages.await(registry().disabledDevices(enterprise)));
    // In two minutes: both are found from the first on, and the later one from behind it.
    assertEquals(List.of(off, on), changes(CREATED, CREATED.plusSeconds(61)));
    assertEquals(List.of(on), changes(CREATED.plusSeconds(60), CREATED.plusSeconds(60)));
  }

  @Test
  @Order(2)
  void whatBecomesOfSubDevicesIsASetting() {
    Enterprise row = new Enterprise(enterprise, "n", "", List.of(), Retention.YEAR_1, CREATED);
    assertTrue(Stages.await(registry().createEnterprise(row)));
    AccessChange change = AccessChange.ofEnterprise(CREATED, 1, enterprise);
    Stages.await(registry().setSubDevices(enterprise, SubDevices.KNOWN_ONLY, change));
    assertEquals(
        Optional.of(row.with(SubDevices.KNOWN_ONLY)),
        Stages.await(registry().enterprise(enterprise)));
    assertEquals(List.of(change), changes(CREATED, CREATED));
  }

  @Test
  @Order(2)
  void quotasAreSetOneByOne() {
    Enterprise row = new Enterprise(enterprise, "n", "", List.of(), Retention.YEAR_1, CREATED);
    assertTrue(Stages.await(registry().createEnterprise(row)));
    assertEquals(Quotas.USUAL, quotas());
    AccessChange change = AccessChange.ofEnterprise(CREATED, 1, enterprise);
    Map<Quota, Long> two = Map.of(Quota.DEVICE_MESSAGES, 5L, Quota.TOPIC_LEVELS, 3L);
    Stages.await(registry().setQuotas(enterprise, two, change));
    Stages.await(registry().setQuotas(enterprise, Map.of(Quota.TOPIC_LEVELS, 4L), change));
    assertEquals(5, quotas().of(Quota.DEVICE_MESSAGES));
    assertEquals(4, quotas().of(Quota.TOPIC_LEVELS));
    Stages.await(registry().setQuotas(enterprise, Map.of(Quota.DEVICE_MESSAGES, 0L), change));
    assertEquals(new Quotas(Map.of(Quota.TOPIC_LEVELS, 4L)), quotas());
    assertEquals(Quota.DEVICE_MESSAGES.usual(), quotas().of(Quota.DEVICE_MESSAGES));
    assertEquals(Set.of(change), Set.copyOf(changes(CREATED, CREATED)));
  }

  private Quotas quotas() {
    return Stages.await(registry().enterprise(enterprise)).orElseThrow().quotas();
  }

  List<AccessChange> changes(Instant from, Instant until) {
    return Stages.await(registry().changes(from.truncatedTo(ChronoUnit.MILLIS), until)).stream()
        .filter(change -> change.enterprise().equals(enterprise))
        .toList();
  }

  private Credential ofDevice(
      String id, Credential.Kind kind, CredentialKey key, @Nullable String fingerprint) {
    DeviceId device = new DeviceId("d");
    return new Credential(
        enterprise, id, key.bytes(), kind, Role.DEVICE, device, "d", fingerprint, CREATED, null);
  }

  void discover(Device device) {
    Stages.await(registry().discoverDevice(device));
  }

  void put(Credential credential) {
    Stages.await(registry().putCredential(credential));
  }

  Credential find(AccessToken token) {
    return find(token.key());
  }

  Credential find(CredentialKey key) {
    return Stages.await(registry().credential(key)).orElseThrow();
  }

  Optional<Device> device(String id) {
    return Stages.await(registry().device(enterprise, new DeviceId(id)));
  }

  List<DeviceId> devices(@Nullable DeviceId after, int limit) {
    return Stages.await(registry().devices(enterprise, after, limit)).stream()
        .map(Device::id)
        .toList();
  }

  static List<EnterpriseId> ids(List<Enterprise> enterprises) {
    return enterprises.stream().map(Enterprise::id).toList();
  }

  Device plain(String id, Device.Kind kind, @Nullable DeviceId gateway) {
    return plain(id, kind, gateway, CREATED);
  }

  Device plain(String id, Device.Kind kind, @Nullable DeviceId gateway, Instant created) {
    return new Device(
        enterprise, new DeviceId(id), "名 " + id, kind, gateway, "", "", "", false, created);
  }

  static Credential credential(
      AccessToken token,
      String id,
      Role role,
      @Nullable DeviceId device,
      @Nullable Instant expires) {
    return new Credential(
        token.owner(), id, token.hash(), role, device, "for tests", CREATED, expires);
  }

  // Two records with the same array in them are equal only if it is the same array.
  static void assertSame(Credential expected, Credential actual) {
    assertArrayEquals(expected.hash(), actual.hash());
    assertEquals(text(expected), text(actual));
  }

  private static String text(Credential c) {
    return "%s %s %s %s %s %s %s %s %s %s"
        .formatted(
            c.owner(),
            c.id(),
            c.kind(),
            c.fingerprint(),
            new String(c.hash(), UTF_8),
            c.role(),
            c.device(),
            c.name(),
            c.created(),
            c.expires());
  }
}
