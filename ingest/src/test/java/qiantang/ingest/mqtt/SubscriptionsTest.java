package qiantang.ingest.mqtt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static qiantang.ingest.mqtt.Rig.ACME;
import static qiantang.ingest.net.ClientPackets.bytes;
import static qiantang.ingest.net.ClientPackets.hex;
import static qiantang.ingest.net.ClientPackets.packet;
import static qiantang.ingest.net.ClientPackets.publish;
import static qiantang.ingest.net.ClientPackets.subscribe;
import static qiantang.ingest.net.ClientPackets.unsubscribe;
import static qiantang.ingest.net.MqttVersion.V3_1_1;
import static qiantang.ingest.net.MqttVersion.V5;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import qiantang.ingest.net.ClientPackets;
import qiantang.ingest.net.MqttVersion;
import qiantang.store.model.Counts;
import qiantang.store.model.DeviceId;
import qiantang.store.model.Entry;
import qiantang.store.model.Reason;
import qiantang.store.registry.Role;

class SubscriptionsTest {
  private final Rig rig = new Rig();

  @Test
  void whatIsGrantedLeavesNoRejection() {
    Rig.Client client = rig.login(V3_1_1, Role.GATEWAY, "g");
    client.send(subscribe(V3_1_1, 1, "v1/gateway/rpc", 1));
    client.send(unsubscribe(V3_1_1, 2, "v1/gateway/rpc"));
    client.send(unsubscribe(V3_1_1, 3, "never/granted"));
    assertEquals("9003000101b0020002b0020003", client.received());
    assertEquals(List.of(), rejections());
  }

  @Test
  void refusedFiltersAreRejectionsOfTheirDevice() {
    for (MqttVersion version : MqttVersion.values()) {
      boolean isV5 = version == V5;
      Rig.Client client = rig.login(version, Role.DEVICE, "d-" + version);
      client.send(subscribe(version, 1, "plant/7/#", 0));
      assertEquals(isV5 ? "900400010087" : "9003000180", client.received());
      client.send(subscribe(version, 2, "a/#/b", 0));
      assertEquals(isV5 ? "90040002008f" : "9003000280", client.received());
      client.send(subscribe(version, 3, "$share/g/a", 0));
      assertEquals(isV5 ? "90040003009e" : "9003000380", client.received());
    }
    List<Entry.Rejection> rejections = rejections();
    assertEquals(6, rejections.size());
    Entry.Rejection first = rejections.getFirst();
    assertEquals(new DeviceId("d-V3_1_1"), first.publisher());
    assertEquals(Reason.TOPIC, first.reason());
    assertEquals("plant/7/#", first.topic());
    assertTrue(first.detail().contains("v1/devices/me/rpc/request/+"), first.detail());
    assertTrue(rejections.get(1).detail().contains("malformed"));
    assertTrue(rejections.get(2).detail().contains("shared subscriptions"));
    assertEquals(new DeviceId("d-V5"), rejections.getLast().publisher());
    assertEquals(Counts.NONE, rig.counts(ACME)); // no messages
    assertEquals(0, rig.budgets.takenBytes());
  }

  @Test
  void theSameFilterAgainAndAgainIsOneRecordASecond() {
    Rig.Client client = rig.login(V3_1_1, Role.DEVICE, "d");
    for (int i = 1; i <= 100; i++) {
      client.send(subscribe(V3_1_1, i, "#", 0));
    }
    assertEquals(100 * 10, client.received().length()); // answered at once
    assertEquals(List.of(1L, 99L), rejections().stream().map(Entry.Rejection::count).toList());
    assertEquals(0, rig.budgets.takenBytes());
  }

  @Test
  void aSubscribeOfManyFiltersIsAFewRecordsThatCountThemAll() {
    Rig.Client client = rig.login(V5, Role.DEVICE, "d");
    client.send(many("f", 20_000));
    List<Entry.Rejection> rejections = rejections();
    assertEquals(Subscriptions.REFUSALS_TOLD_MAX + 1, rejections.size());
    assertEquals(20_000, rejections.stream().mapToLong(Entry.Rejection::count).sum());
    assertEquals("f0", rejections.getFirst().topic());
    assertEquals("", rejections.getLast().topic());
  }

  @Test
  void refusedFiltersFillNoMemoryWhileTheStoreIsAway() {
    Rig.Client client = rig.login(V5, Role.DEVICE, "d");
    int sent = 0;
    while (client.isRead()) {
      sent++;
      client.send(many("f" + sent + "-", 20)); // different ones each time
    }
    assertTrue(rig.budgets.takenBytes() <= Budgets.SESSION_BYTES);
    assertTrue(client.isOpen());
    rig.recover();
    assertTrue(client.isRead());
    assertEquals(sent, client.received().split("9017000100", -1).length - 1);
    assertEquals(0, rig.budgets.takenBytes());
  }

  @Test
  void whatNoClientMaySendIsARejectionToo() {
    for (String packet :
        List.of("82 09 0001 02 0B01 0001 61 00", "82 10 0001 00 000A 2473686172652F672F61 04")) {
      Rig.Client client = rig.login(V5, Role.DEVICE, "d");
      client.send(hex(packet));
      assertFalse(client.isOpen());
    }
    List<Entry.Rejection> rejections = rejections();
    assertEquals(
        List.of("subscription identifiers are not offered", "a shared subscription with No Local"),
        rejections.stream().map(Entry.Rejection::detail).toList());
    assertEquals(Reason.PROTOCOL, rejections.getFirst().reason());
  }

  @Test
  void publishingGoesOnBehindARefusedSubscribe() {
    Rig.Client client = rig.login(V3_1_1, Role.DEVICE, "d");
    client.send(subscribe(V3_1_1, 1, "#", 0));
    client.send(publish(V3_1_1, "v2/t", 2, "{\"a\":1}"));
    rig.commit();
    assertEquals("900300018040020002", client.received());
  }

  private List<Entry.Rejection> rejections() {
    rig.commit();
    rig.pass(Duration.ofSeconds(2));
    rig.commit();
    return rig.stored(ACME, Entry.Rejection.class);
  }

  private static byte[] many(String prefix, int filters) {
    ClientPackets body = bytes().putShort(1).put(0);
    for (int i = 0; i < filters; i++) {
      body.putText(prefix + i).put(0);
    }
    return packet(0x82, body.toBytes());
  }
}
