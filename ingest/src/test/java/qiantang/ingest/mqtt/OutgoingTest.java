package qiantang.ingest.mqtt;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static qiantang.ingest.mqtt.Rig.ACME;
import static qiantang.ingest.net.ClientPackets.disconnect;
import static qiantang.ingest.net.ClientPackets.packet;
import static qiantang.ingest.net.ClientPackets.publish;
import static qiantang.ingest.net.ClientPackets.subscribe;
import static qiantang.ingest.net.ClientPackets.unsubscribe;
import static qiantang.ingest.net.MqttVersion.V3_1_1;
import static qiantang.ingest.net.MqttVersion.V5;

import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import qiantang.ingest.mqtt.Outgoing.Sent;
import qiantang.ingest.mqtt.Outgoing.Why;
import qiantang.ingest.net.MqttVersion;
import qiantang.ingest.payload.Retained;
import qiantang.store.model.Entry;
import qiantang.store.registry.Role;

class OutgoingTest {
  private static final String COMMANDS = "v1/devices/me/rpc/request/+";
  private static final String COMMAND = "v1/devices/me/rpc/request/7";
  private static final byte[] PAYLOAD = "{}".getBytes(UTF_8);

  private final Rig rig = new Rig();

  @Test
  void whoListensIsSentWhatHasTheLesserQos() {
    for (MqttVersion version : MqttVersion.values()) {
      for (int granted = 0; granted <= 2; granted++) {
        Rig.Client client = rig.login(version, Role.DEVICE, "d");
        client.send(subscribe(version, 1, COMMANDS, granted));
        client.received();
        assertInstanceOf(Sent.Written.class, client.outgoing().send(COMMAND, PAYLOAD, 1, false));
        rig.runLoop();
        int header = granted == 0 ? 0x30 : 0x32;
        assertEquals(sent(publish(version, header, COMMAND, 1, PAYLOAD)), client.received());
        assertInstanceOf(Sent.Written.class, client.outgoing().send(COMMAND, PAYLOAD, 0, true));
        rig.runLoop();
        assertEquals(sent(publish(version, 0x30, COMMAND, 0, PAYLOAD)), client.received());
      }
    }
  }

  @Test
  void whoDoesNotListenIsSentNothing() {
    Rig.Client client = rig.login(V3_1_1, Role.DEVICE, "d");
    assertRefused(Why.NOT_SUBSCRIBED, client.outgoing().send(COMMAND, PAYLOAD, 1, false));
    client.send(subscribe(V3_1_1, 1, COMMANDS, 1));
    assertRefused(Why.NOT_SUBSCRIBED, client.outgoing().send(COMMAND + "/8", PAYLOAD, 1, false));
    client.send(unsubscribe(V3_1_1, 2, COMMANDS));
    client.received();
    assertRefused(Why.NOT_SUBSCRIBED, client.outgoing().send(COMMAND, PAYLOAD, 1, false));
    rig.runLoop();
    assertEquals("", client.received());
  }

  @Test
  void noMoreAreUnderWayThanTheClientTakes() {
    Rig.Client client = rig.login5(Role.DEVICE, "d", "21 0002");
    client.send(subscribe(V5, 1, COMMANDS, 1));
    client.received();
    Outgoing outgoing = client.outgoing();
    for (int i = 1; i <= 4; i++) {
      Sent sent = outgoing.send(COMMAND, PAYLOAD, i == 4 ? 0 : 1, false);
      assertEquals(i > 2, sent instanceof Sent.Queued, "message " + i);
    }
    rig.runLoop();
    assertEquals(
        sent(publish(V5, 0x32, COMMAND, 1, PAYLOAD)) + sent(publish(V5, 0x32, COMMAND, 2, PAYLOAD)),
        client.received());
    client.send(packet(0x40, "0009")); // none of ours
    assertEquals("", client.received());
    client.send(packet(0x40, "000110")); // no matching subscribers: it has come all the same
    assertEquals(
        sent(publish(V5, 0x32, COMMAND, 3, PAYLOAD)) + sent(publish(V5, 0x30, COMMAND, 0, PAYLOAD)),
        client.received());
  }

  @Test
  void whatWaitsIsBoundedAndToldWhenTheSessionEnds() {
    Rig.Client client = rig.login(V3_1_1, Role.DEVICE, "d");
    client.send(subscribe(V3_1_1, 1, COMMANDS, 1));
    rig.commit();
    Outgoing outgoing = client.outgoing();
    for (int i = 0; i < Outgoing.IN_FLIGHT_MAX + Outgoing.QUEUED_MAX; i++) {
      assertTrue(!(outgoing.send(COMMAND, PAYLOAD, 1, false) instanceof Sent.Refused));
    }
    assertRefused(Why.QUEUE_FULL, outgoing.send(COMMAND, PAYLOAD, 1, false));
    assertTrue(rig.budgets.takenBytes() > 0);
    client.send(packet(0x40, "0001"));
    assertInstanceOf(Sent.Queued.class, outgoing.send(COMMAND, PAYLOAD, 1, false));
    client.send(disconnect());
    rig.commit();
    assertEquals(0, rig.budgets.takenBytes());
    Entry.Rejection told = rig.stored(ACME, Entry.Rejection.class).getFirst();
    assertTrue(told.detail().startsWith("80 messages"), told.detail());
    assertRefused(Why.ENDED, outgoing.send(COMMAND, PAYLOAD, 0, false));
  }

  @Test
  void whatWaitsIsBoundedInBytesToo() {
    Rig.Client client = rig.login5(Role.DEVICE, "d", "21 0001");
    client.send(subscribe(V5, 1, COMMANDS, 1));
    Outgoing outgoing = client.outgoing();
    byte[] large = new byte[20_000];
    outgoing.send(COMMAND, large, 1, false);
    for (int i = 0; i < 3; i++) {
      assertInstanceOf(Sent.Queued.class, outgoing.send(COMMAND, large, 1, false));
    }
    assertRefused(Why.QUEUE_FULL, outgoing.send(COMMAND, large, 1, false));
    rig.runLoop();
  }

  @Test
  void aPacketLargerThanTheClientTakesIsNotSent() {
    byte[] fits = publish(V5, 0x32, COMMAND, 1, PAYLOAD);
    Rig.Client client = rig.login5(Role.DEVICE, "d", "27 " + "%08x".formatted(fits.length));
    client.send(subscribe(V5, 1, COMMANDS, 1));
    client.received();
    assertRefused(Why.TOO_LARGE, client.outgoing().send(COMMAND, new byte[3], 1, false));
    client.outgoing().send(COMMAND, PAYLOAD, 1, false);
    rig.runLoop();
    assertEquals(sent(fits), client.received());
  }

  @Test
  void whoTakesNothingIsSentNothingMeanwhile() {
    Rig.Client client = rig.login(V3_1_1, Role.DEVICE, "d");
    client.send(subscribe(V3_1_1, 1, COMMANDS, 0));
    client.received();
    rig.commit();
    client.takes(false);
    assertInstanceOf(Sent.Queued.class, client.outgoing().send(COMMAND, PAYLOAD, 0, false));
    rig.runLoop();
    assertEquals("", client.received());
    client.takes(true);
    assertEquals(sent(publish(V3_1_1, 0x30, COMMAND, 0, PAYLOAD)), client.received());
    assertEquals(0, rig.budgets.takenBytes());
  }

  @Test
  void aTurnOfTheLoopWritesNoMoreThanItMay() {
    Rig.Client client = rig.login(V3_1_1, Role.DEVICE, "d");
    client.send(subscribe(V3_1_1, 1, COMMANDS, 0));
    client.received();
    byte[] large = new byte[30_000];
    for (int i = 0; i < 5; i++) {
      Sent sent = client.outgoing().send(COMMAND, large, 0, false);
      assertEquals(i >= 3, sent instanceof Sent.Queued);
    }
    rig.runLoop();
    byte[] one = publish(V3_1_1, 0x30, COMMAND, 0, large);
    assertEquals(5 * 2 * one.length, client.received().length());
  }

  @Test
  void retainedMessagesAreGivenToWhoSubscribes() {
    String topic = "v1/devices/me/attributes";
    rig.node.retain(
        owner ->
            List.of(new Retained(topic, PAYLOAD, 1), new Retained("v1/gateway/rpc", PAYLOAD, 1)));
    Rig.Client old = rig.login(V3_1_1, Role.DEVICE, "old");
    for (int id = 1; id <= 2; id++) { // each time [MQTT-3.8.4-3]
      old.send(subscribe(V3_1_1, id, topic, 1));
      assertEquals(
          "9003000" + id + "01" + sent(publish(V3_1_1, 0x33, topic, id, PAYLOAD)), old.received());
    }
    Rig.Client young = rig.login(V5, Role.DEVICE, "young");
    String retained = sent(publish(V5, 0x31, topic, 0, PAYLOAD));
    young.send(subscribe(V5, 1, topic, 0x20)); // retain handling 2
    assertEquals("900400010000", young.received());
    young.send(subscribe(V5, 2, topic, 0x10)); // 1, and it is no new one
    assertEquals("900400020000", young.received());
    young.send(subscribe(V5, 3, topic, 0)); // 0
    assertEquals("900400030000" + retained, young.received());
    young.send(unsubscribe(V5, 4, topic));
    young.received();
    young.send(subscribe(V5, 5, topic, 0x10)); // 1, and it is new
    assertEquals("900400050000" + retained, young.received());
  }

  @Test
  void whoAsksIsToldWhatWasPublishedToBeRetained() {
    Rig.Client client = rig.login(V5, Role.DEVICE, "d");
    client.send(subscribe(V5, 1, COMMANDS, 8));
    client.received();
    client.outgoing().send(COMMAND, PAYLOAD, 0, true);
    rig.runLoop();
    assertEquals(sent(publish(V5, 0x31, COMMAND, 0, PAYLOAD)), client.received());
  }

  private static void assertRefused(Why why, Sent sent) {
    assertEquals(why, assertInstanceOf(Sent.Refused.class, sent).why());
  }

  private static String sent(byte[] packet) {
    return HexFormat.of().formatHex(packet);
  }
}
