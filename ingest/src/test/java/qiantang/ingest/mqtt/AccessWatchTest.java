package qiantang.ingest.mqtt;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static qiantang.ingest.mqtt.Rig.ACME;
import static qiantang.ingest.mqtt.Rig.OTHER;
import static qiantang.ingest.net.ClientPackets.connect;
import static qiantang.ingest.net.ClientPackets.connectWithWill;
import static qiantang.ingest.net.ClientPackets.ping;
import static qiantang.ingest.net.ClientPackets.publish;
import static qiantang.ingest.net.MqttVersion.V3_1_1;
import static qiantang.ingest.net.MqttVersion.V5;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import qiantang.store.memory.MemoryRegistry;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;
import qiantang.store.model.Entry;
import qiantang.store.model.Reason;
import qiantang.store.registry.AccessChange;
import qiantang.store.registry.AccessToken;
import qiantang.store.registry.Credential;
import qiantang.store.registry.Device;
import qiantang.store.registry.Role;

class AccessWatchTest {
  private static final String TOPIC = "v1/devices/me/telemetry";
  private static final Duration TWO_SECONDS = Duration.ofSeconds(2);

  private final MemoryRegistry registry = new MemoryRegistry();
  private final SwitchedRegistry store = new SwitchedRegistry(registry);
  private final Rig rig = new Rig(64L * 1024 * 1024, null, registry, store.seen());
  private long changes;

  @Test
  void aRevokedCredentialEndsItsSessionsAndNoOthers() {
    Credential old = put("old", "d");
    Credential young = put("young", "d");
    Rig.Client oldClient = open("old", "c1");
    Rig.Client youngClient = open("young", "c2");
    rig.access.poll();
    revoke(old);
    rig.pass(TWO_SECONDS);
    assertFalse(oldClient.isOpen());
    String word = oldClient.received();
    assertTrue(word.startsWith("e0") && word.startsWith("87", 4), word);
    assertTrue(youngClient.isOpen());
    youngClient.send(publish(V5, TOPIC, 1, "{\"a\":1}"));
    rig.commit();
    rig.pass(TWO_SECONDS);
    rig.commit();
    assertTrue(youngClient.received().startsWith("40"));
    assertEquals(List.of("credential-revoked"), ends());
    Entry.Rejection rejection = rig.stored(ACME, Entry.Rejection.class).getFirst();
    assertEquals(Reason.UNAUTHORIZED, rejection.reason());
    assertEquals(new DeviceId("d"), rejection.publisher());
    assertTrue(rejection.detail().contains("was revoked"), rejection.detail());
    Rig.Client again = rig.open();
    again.send(connect(V5, "c1", "acme.old", 20));
    assertFalse(again.isOpen(), "what was remembered of it is forgotten");
    assertEquals("id-of-young", young.id());
  }

  @Test
  void theWillOfWhoMayNotSendAnyMoreIsNoMessage() {
    Credential credential = put("one", "d");
    Rig.Client client = rig.open();
    byte[] will = "{\"on\":false}".getBytes(UTF_8);
    client.send(connectWithWill(V5, 0x86, "c1", "", TOPIC, will, ACME + ".one"));
    assertTrue(client.isOpen());
    rig.access.poll();
    revoke(credential);
    rig.pass(TWO_SECONDS);
    rig.commit();
    assertFalse(client.isOpen());
    assertEquals(List.of(), rig.stored(ACME, Entry.Readings.class));
    assertEquals(1, rig.stored(ACME, Entry.Death.class).size());
    assertTrue(
        rig.stored(ACME, Entry.Rejection.class).stream()
            .anyMatch(rejection -> rejection.topic().equals(TOPIC)),
        "it is told that the will was not taken");
  }

  @Test
  void aDisabledDeviceLosesAllItsSessionsAndAnothersKeepsItsOwn() {
    Device device = create(ACME, "d");
    create(OTHER, "d");
    put("one", "d");
    put("two", "d");
    put(new AccessToken(OTHER, "theirs"), "d");
    List<Rig.Client> ours = List.of(open("one", "c1"), open("two", "c2"));
    Rig.Client theirs = rig.open();
    theirs.send(connect(V3_1_1, "c1", "other.theirs", 20));
    rig.access.poll();
    disable(device, true);
    rig.pass(TWO_SECONDS);
    ours.forEach(client -> assertFalse(client.isOpen()));
    assertTrue(theirs.isOpen());
    rig.commit();
    assertEquals(List.of("device-disabled", "device-disabled"), ends());
    Rig.Client again = rig.open();
    again.send(connect(V5, "c1", "acme.one", 20));
    assertFalse(again.isOpen());
    disable(device, false);
    rig.pass(TWO_SECONDS);
    open("one", "c1");
  }

  @Test
  void aGatewayThatGoesOnSpeakingForADeletedDeviceSpeaksForAnotherOne() {
    Rig.Client gateway = rig.login(V5, Role.GATEWAY, "g");
    rig.access.poll();
    report(gateway, 1);
    Device first = registry.device(ACME, new DeviceId("a")).toCompletableFuture().join().get();
    disable(first, true);
    rig.pass(TWO_SECONDS);
    disable(first, false);
    rig.pass(TWO_SECONDS);
    report(gateway, 2);
    assertEquals(1, births("a"), "it is the same one");

    Instant when = rig.now();
    registry.deleteDevice(first, when, false, AccessChange.ofDevice(when, 77, ACME, first.id()));
    report(gateway, 3);
    assertTrue(registry.device(ACME, first.id()).toCompletableFuture().join().isEmpty());
    rig.pass(TWO_SECONDS);
    report(gateway, 4);
    assertTrue(registry.device(ACME, first.id()).toCompletableFuture().join().isPresent());
    assertEquals(2, births("a"));
    assertEquals(
        Map.of(first.id(), when.truncatedTo(ChronoUnit.MILLIS).plusMillis(1)),
        registry.beginnings(ACME).toCompletableFuture().join(),
        "what came since the deletion is the new one's");
    rig.pass(TWO_SECONDS);
    report(gateway, 5);
    assertEquals(2, births("a"));
  }

  private void report(Rig.Client gateway, int packetId) {
    gateway.send(publish(V5, "v1/gateway/telemetry", packetId, "{\"a\":[{\"m\":1}]}"));
    rig.commit();
  }

  private long births(String device) {
    return rig.stored(ACME, Entry.Birth.class).stream()
        .filter(birth -> birth.device().text().equals(device))
        .count();
  }

  @Test
  void whatWasUndoneBeforeTheNextLookHarmsNobody() {
    Device device = create(ACME, "d");
    put("one", "d");
    Rig.Client client = open("one", "c1");
    rig.access.poll();
    disable(device, true);
    disable(device, false);
    rig.pass(Duration.ofSeconds(10));
    assertTrue(client.isOpen());
  }

  @Test
  void whatChangedWhileTheStoreWasAwayIsReadWhenItIsBack() {
    Credential credential = put("one", "d");
    put("two", "d");
    Rig.Client client = open("one", "c1");
    Rig.Client other = open("two", "c2");
    rig.access.poll();
    rig.pass(TWO_SECONDS);
    store.away(true);
    revoke(credential); // at this node the store is away, at another it is not
    keepAlive(Duration.ofMinutes(25), client, other);
    assertTrue(client.isOpen());
    store.away(false);
    keepAlive(TWO_SECONDS, other);
    assertFalse(client.isOpen());
    assertTrue(other.isOpen());
  }

  @Test
  void afterAnOutageLongerThanWordsAreKeptEverybodyLogsInAgain() {
    put("one", "d");
    Rig.Client client = rig.open();
    client.send(connect(V3_1_1, "c", "acme.one", 0));
    rig.access.poll();
    store.away(true);
    rig.pass(AccessWatch.SILENCE_MAX.plusMinutes(1));
    assertFalse(client.isOpen());
    store.away(false);
    open("one", "c");
  }

  @Test
  void whoLogsInWhileItIsTakenAwayDoesNotSlipThrough() {
    Credential credential = put("one", "d");
    rig.access.poll();
    Rig.Client client = rig.open();
    client.arrive(connect(V5, "c", "acme.one", 20)); // looked up, not open yet
    revoke(credential);
    rig.access.poll();
    rig.runLoop();
    assertFalse(client.isOpen());
  }

  @Test
  void whoIsLetInByWhatIsRememberedIsOutWhenTheNodeHears() {
    Credential credential = put("one", "d");
    rig.access.poll();
    open("one", "c1");
    revoke(credential); // as by the deletion of its device; the node hears at its next poll
    Rig.Client late = open("one", "c2");
    rig.pass(AccessWatch.PERIOD);
    assertFalse(late.isOpen());
    Rig.Client again = rig.open();
    again.send(connect(V5, "c3", ACME + ".one", 20));
    assertFalse(again.isOpen());
  }

  @Test
  void aSessionEndsWhenItsCredentialExpires() {
    AccessToken token = new AccessToken(ACME, "short");
    var _ =
        registry.putCredential(rig.credential(token, Role.DEVICE, "d", rig.now().plusSeconds(90)));
    Rig.Client client = open("short", "c");
    keepAlive(Duration.ofSeconds(85), client);
    assertTrue(client.isOpen());
    rig.pass(Duration.ofSeconds(6));
    assertFalse(client.isOpen());
    rig.commit();
    assertEquals(List.of("credential-expired"), ends());
    Entry.Rejection rejection = rig.stored(ACME, Entry.Rejection.class).getFirst();
    assertTrue(rejection.detail().contains("has expired"), rejection.detail());
  }

  private Credential put(String secret, String device) {
    return put(new AccessToken(ACME, secret), device);
  }

  private Credential put(AccessToken token, String device) {
    Credential credential = rig.credential(token, Role.DEVICE, device, null);
    var _ = registry.putCredential(credential);
    return credential;
  }

  private Device create(EnterpriseId enterprise, String id) {
    Device device =
        new Device(
            enterprise,
            new DeviceId(id),
            id,
            Device.Kind.DEVICE,
            null,
            "",
            "",
            "",
            false,
            rig.now());
    var _ = registry.createDevice(device);
    return device;
  }

  private void revoke(Credential credential) {
    var _ =
        registry.revoke(credential, AccessChange.ofCredential(rig.now(), ++changes, credential));
  }

  private void disable(Device device, boolean isDisabled) {
    AccessChange change =
        AccessChange.ofDevice(rig.now(), ++changes, device.enterprise(), device.id());
    var _ = registry.setDisabled(device, isDisabled, change);
  }

  private Rig.Client open(String secret, String clientId) {
    Rig.Client client = rig.open();
    client.send(connect(V5, clientId, ACME + "." + secret, 20));
    assertTrue(client.isOpen());
    assertTrue(client.received().startsWith("20"));
    return client;
  }

  private void keepAlive(Duration duration, Rig.Client... clients) {
    for (long second = 0; second < duration.toSeconds(); second++) {
      for (Rig.Client client : clients) {
        client.send(ping());
      }
      rig.pass(Duration.ofSeconds(1));
      rig.commit();
    }
    for (Rig.Client client : clients) {
      client.received();
    }
  }

  private List<String> ends() {
    return rig.stored(ACME, Entry.Presence.class).stream()
        .filter(presence -> !presence.connected())
        .map(Entry.Presence::reason)
        .toList();
  }
}
