package qiantang.ingest.mqtt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static qiantang.ingest.mqtt.Rig.ACME;
import static qiantang.ingest.net.ClientPackets.publish;
import static qiantang.ingest.net.MqttVersion.V5;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import qiantang.store.memory.MemoryRegistry;
import qiantang.store.model.Counts;
import qiantang.store.model.DeviceId;
import qiantang.store.model.Entry;
import qiantang.store.model.Reason;
import qiantang.store.registry.AccessChange;
import qiantang.store.registry.Device;
import qiantang.store.registry.Role;
import qiantang.store.registry.SubDevices;

class SubDeviceGateTest {
  private static final String TELEMETRY = "v1/gateway/telemetry";
  private static final Duration TWO_SECONDS = Duration.ofSeconds(2);
  private static final String SUCCESS = "00";
  private static final String NOT_AUTHORIZED = "87";

  private final MemoryRegistry registry = new MemoryRegistry();
  private final SwitchedRegistry store = new SwitchedRegistry(registry);
  private final Rig rig = new Rig(64L * 1024 * 1024, null, registry, store.seen());
  private final Rig.Client gateway = rig.login(V5, Role.GATEWAY, "g");
  private long changes;
  private int packetIds;

  @BeforeEach
  void begin() {
    rig.commit();
    rig.access.poll();
  }

  @Test
  void aDeviceIsCreatedOnFirstSightUnlessTheEnterpriseSaysOtherwise() {
    assertEquals(SUCCESS, answer("{\"a\":[{\"m\":1}]}"));
    assertTrue(registry.device(ACME, new DeviceId("a")).toCompletableFuture().join().isPresent());
    set(SubDevices.KNOWN_ONLY);
    assertEquals(SUCCESS, answer("{\"a\":[{\"m\":2}]}"), "it was created");
    assertEquals(NOT_AUTHORIZED, answer("{\"b\":[{\"m\":1}]}"));
    assertTrue(registry.device(ACME, new DeviceId("b")).toCompletableFuture().join().isEmpty());
    assertEquals(Set.of("a"), births());
    Entry.Rejection rejection = rig.stored(ACME, Entry.Rejection.class).getFirst();
    assertEquals(Reason.UNAUTHORIZED, rejection.reason());
    assertEquals(new DeviceId("b"), rejection.device());
    assertTrue(rejection.detail().contains("create it by POST"), rejection.detail());
    set(SubDevices.CREATE);
    assertEquals(SUCCESS, answer("{\"b\":[{\"m\":1}]}"));
    assertEquals(Set.of("a", "b"), births());
  }

  @Test
  void whoeverIsCreatedLaterIsTakenThen() {
    set(SubDevices.KNOWN_ONLY);
    assertEquals(NOT_AUTHORIZED, answer("{\"b\":[{\"m\":1}]}"));
    create("b");
    rig.pass(SubDeviceGate.ASK_AGAIN.plusSeconds(1));
    assertEquals(SUCCESS, answer("{\"b\":[{\"m\":1}]}"));
  }

  @Test
  void theOthersOfAMessageAreTaken() {
    create("a");
    create("c");
    disable("c", true);
    set(SubDevices.KNOWN_ONLY);
    Counts before = rig.counts(ACME);
    assertEquals(
        SUCCESS,
        answer("{\"a\":[{\"m\":1},{\"m\":2}],\"b\":[{\"m\":1},{\"m\":2}],\"c\":[{\"m\":1}]}"));
    Counts after = rig.counts(ACME);
    assertEquals(2, after.readingsAccepted() - before.readingsAccepted());
    assertEquals(3, after.readingsRefused() - before.readingsRefused());
    assertEquals(Set.of("a"), births());
    List<Entry.Rejection> rejections = rig.stored(ACME, Entry.Rejection.class);
    assertEquals(
        List.of("b 2", "c 1"),
        rejections.stream().map(r -> r.device() + " " + r.count()).sorted().toList());
  }

  @Test
  void aDisabledDeviceIsRefusedWhoeverSpeaksForIt() {
    create("a");
    assertEquals(SUCCESS, answer("{\"a\":[{\"m\":1}]}"));
    disable("a", true);
    assertEquals(NOT_AUTHORIZED, answer("{\"a\":[{\"m\":1}]}"));
    String detail = rig.stored(ACME, Entry.Rejection.class).getFirst().detail();
    assertTrue(detail.contains("is disabled: enable it by PATCH"), detail);
    assertEquals(SUCCESS, answer("{\"x\":[{\"m\":1}]}"));
    disable("a", false);
    assertEquals(SUCCESS, answer("{\"a\":[{\"m\":1}]}"));
  }

  @Test
  void anAnnouncementIsJudgedLikeAReading() {
    set(SubDevices.KNOWN_ONLY);
    gateway.send(publish(V5, "v1/gateway/connect", 9, "{\"device\":\"b\"}"));
    rig.commit();
    assertEquals(NOT_AUTHORIZED, code());
    assertEquals(Set.of(), births());
  }

  @Test
  void whileTheRegistryIsAwayNobodyIsJudged() {
    create("a");
    set(SubDevices.KNOWN_ONLY);
    store.away(true);
    gateway.send(publish(V5, TELEMETRY, 7, "{\"a\":[{\"m\":1}]}"));
    rig.commit();
    assertEquals("", gateway.received(), "no answer: it comes again");
    assertEquals(0, rig.budgets.takenBytes());
    assertTrue(gateway.isRead());
    store.away(false);
    assertEquals(SUCCESS, answer("{\"a\":[{\"m\":1}]}"));
  }

  @Test
  void ofManyUnknownDevicesTheRecordsAreBounded() {
    set(SubDevices.KNOWN_ONLY);
    StringBuilder payload = new StringBuilder("{\"d0\":[{\"m\":1}]");
    for (int i = 1; i < 1000; i++) {
      payload.append(",\"d").append(i).append("\":[{\"m\":1}]");
    }
    assertEquals(NOT_AUTHORIZED, answer(payload.append('}').toString()));
    rig.pass(TWO_SECONDS);
    rig.commit();
    assertEquals(1000, rig.counts(ACME).readingsRefused());
    assertTrue(rig.stored(ACME, Entry.Rejection.class).size() <= 256);
    assertFalse(gateway.isOpen() && rig.budgets.takenBytes() > 0);
  }

  private void set(SubDevices setting) {
    var _ =
        registry.setSubDevices(
            ACME, setting, AccessChange.ofEnterprise(rig.now(), ++changes, ACME));
    rig.pass(TWO_SECONDS);
  }

  private void create(String id) {
    var _ =
        registry.createDevice(
            new Device(
                ACME,
                new DeviceId(id),
                id,
                Device.Kind.DEVICE,
                null,
                "",
                "",
                "",
                false,
                rig.now()));
  }

  private void disable(String id, boolean isDisabled) {
    DeviceId device = new DeviceId(id);
    Device row = registry.device(ACME, device).toCompletableFuture().join().orElseThrow();
    AccessChange change = AccessChange.ofDevice(rig.now(), ++changes, ACME, device);
    var _ = registry.setDisabled(row, isDisabled, change);
    rig.pass(TWO_SECONDS);
  }

  private String answer(String payload) {
    gateway.send(publish(V5, TELEMETRY, ++packetIds, payload));
    rig.commit();
    rig.pass(TWO_SECONDS); // repeats of a refusal are gathered for a second
    rig.commit();
    return code();
  }

  /** The reason code of the one PUBACK that came. */
  private String code() {
    String received = gateway.received();
    assertTrue(received.startsWith("40"), received);
    if (received.startsWith("4002")) {
      return SUCCESS;
    }
    int behindLength = Integer.parseInt(received.substring(2, 4), 16) < 0x80 ? 4 : 6;
    return received.substring(behindLength + 4, behindLength + 6);
  }

  private Set<String> births() {
    Set<String> births = new TreeSet<>();
    rig.stored(ACME, Entry.Birth.class).forEach(birth -> births.add(birth.device().text()));
    return births;
  }
}
