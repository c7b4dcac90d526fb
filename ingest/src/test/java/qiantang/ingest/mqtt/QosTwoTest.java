package qiantang.ingest.mqtt;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static qiantang.ingest.mqtt.Rig.ACME;
import static qiantang.ingest.net.ClientPackets.packet;
import static qiantang.ingest.net.ClientPackets.publish;
import static qiantang.ingest.net.MqttVersion.V3_1_1;
import static qiantang.ingest.net.MqttVersion.V5;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import qiantang.ingest.net.MqttVersion;
import qiantang.store.model.Counts;
import qiantang.store.model.Entry;
import qiantang.store.model.Reason;
import qiantang.store.registry.Quota;
import qiantang.store.registry.Role;

class QosTwoTest {
  private static final String TOPIC = "v1/devices/me/telemetry";
  private static final String PUBREC = "50020007";
  private static final String PUBCOMP = "70020007";

  private final Rig rig = new Rig();

  @Test
  void pubrecComesAfterTheCommit() {
    for (MqttVersion version : MqttVersion.values()) {
      Rig.Client client = rig.login(version, Role.DEVICE, "d");
      rig.commit();
      client.send(message(version, 7));
      rig.pass(Duration.ofSeconds(1));
      assertEquals("", client.received());
      rig.commit();
      assertEquals(PUBREC, client.received());
      client.send(packet(0x62, "0007"));
      assertEquals(PUBCOMP, client.received());
    }
    assertEquals(new Counts(2, 0, 2, 0), rig.counts(ACME));
  }

  @Test
  void aMessageThatComesAgainBeforeItsPubrelIsStoredOnce() {
    for (MqttVersion version : MqttVersion.values()) {
      Rig.Client client = rig.login(version, Role.DEVICE, "d-" + version);
      rig.commit();
      client.send(message(version, 7));
      client.send(message(version, 7)); // before the commit: one PUBREC for both
      rig.commit();
      assertEquals(PUBREC, client.received());
      client.send(publish(version, 0x3C, TOPIC, 7, "{\"a\":1}".getBytes(UTF_8)));
      client.send(message(version, 7));
      assertEquals(PUBREC + PUBREC, client.received());
      client.send(packet(0x62, "0007"));
      client.send(message(version, 7)); // behind PUBREL it is another one
      rig.commit();
      assertEquals(PUBCOMP + PUBREC, client.received());
    }
    assertEquals(new Counts(4, 0, 4, 0), rig.counts(ACME));
  }

  @Test
  void pubrelIsAnsweredAgainAndAgain() {
    for (MqttVersion version : MqttVersion.values()) {
      Rig.Client client = rig.login(version, Role.DEVICE, "d");
      client.send(packet(0x62, "0007"));
      assertEquals(version == V5 ? "7003000792" : PUBCOMP, client.received());
      assertTrue(client.isOpen());
    }
  }

  @Test
  void aRefusedMessageOf5EndsItsExchange() {
    Rig.Client client = rig.login5(Role.DEVICE, "d", "17 00");
    rig.commit();
    client.send(publish(V5, 0x34, "no/such/topic", 7, new byte[2]));
    rig.commit();
    assertEquals("5003000790", client.received());
    client.send(message(V5, 7)); // the id is free again
    rig.commit();
    assertEquals(PUBREC, client.received());
    assertEquals(new Counts(1, 1, 1, 0), rig.counts(ACME));
  }

  @Test
  void aRefusedMessageOf311IsReceivedAndRecorded() {
    Rig.Client client = rig.login(V3_1_1, Role.DEVICE, "d");
    rig.commit();
    client.send(publish(V3_1_1, 0x34, "no/such/topic", 7, new byte[2]));
    client.send(publish(V3_1_1, 0x34, TOPIC, 8, new byte[300_000]));
    rig.commit();
    assertEquals(PUBREC + "50020008", client.received());
    client.send(publish(V3_1_1, 0x3C, "no/such/topic", 7, new byte[2]));
    client.send(packet(0x62, "0007"));
    assertEquals(PUBREC + PUBCOMP, client.received());
    assertEquals(new Counts(0, 2, 0, 0), rig.counts(ACME));
    assertEquals(Reason.TOPIC, rig.stored(ACME, Entry.Rejection.class).getFirst().reason());
  }

  @Test
  void exchangesCountForTheReceiveMaximumUntilTheyAreOver() {
    Rig.Client client = rig.login(V5, Role.DEVICE, "d");
    rig.commit();
    for (int i = 1; i <= Quota.IN_FLIGHT.usual(); i++) {
      client.send(message(V5, i));
    }
    rig.commit();
    client.send(packet(0x62, "0001"));
    client.send(message(V5, 300));
    client.send(message(V5, 300)); // no new one
    rig.commit();
    assertTrue(client.isOpen());
    client.received();
    client.send(publish(V5, TOPIC, 301, "{}"));
    assertFalse(client.isOpen());
    assertTrue(client.received().substring(4).startsWith("93"));
  }

  @Test
  void exchangesOf311AreBounded() {
    Rig.Client client = rig.login(V3_1_1, Role.DEVICE, "d");
    rig.commit();
    for (int i = 1; i <= Window.RECEIVE_MAXIMUM_311; i++) {
      client.send(message(V3_1_1, i));
      if (i % 100 == 0) {
        rig.commit();
      }
    }
    rig.commit();
    assertTrue(client.isOpen());
    client.send(publish(V3_1_1, TOPIC, 2000, "{\"a\":1}")); // QoS 1 has no such bound
    rig.commit();
    assertTrue(client.isOpen());
    client.send(message(V3_1_1, 2001));
    rig.commit();
    assertFalse(client.isOpen());
    assertEquals(Reason.PROTOCOL, rig.stored(ACME, Entry.Rejection.class).getLast().reason());
  }

  @Test
  void aPubrelBeforeItsPubrecBreaksTheProtocol() {
    Rig.Client client = rig.login(V5, Role.DEVICE, "d");
    rig.commit();
    client.send(message(V5, 7));
    client.send(packet(0x62, "0007"));
    assertTrue(client.received().substring(4).startsWith("82"));
    assertFalse(client.isOpen());
    rig.commit();
    assertEquals(new Counts(1, 0, 1, 0), rig.counts(ACME)); // what was taken is stored
  }

  @Test
  void aMessageThatIsNotStoredIsNotReceived() {
    Rig.Client client = rig.login(V3_1_1, Role.DEVICE, "d");
    rig.commit();
    rig.journal.close();
    client.send(message(V3_1_1, 7));
    rig.commit();
    assertEquals("", client.received());
    client.send(packet(0x62, "0007"));
    assertEquals(PUBCOMP, client.received()); // of nothing
  }

  private static byte[] message(MqttVersion version, int packetId) {
    return publish(version, 0x34, TOPIC, packetId, "{\"a\":1}".getBytes(UTF_8));
  }
}
