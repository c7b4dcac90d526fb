package qiantang.ingest.mqtt;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static qiantang.ingest.mqtt.Rig.ACME;
import static qiantang.ingest.net.ClientPackets.connect;
import static qiantang.ingest.net.ClientPackets.connect5;
import static qiantang.ingest.net.ClientPackets.ping;
import static qiantang.ingest.net.ClientPackets.publish;
import static qiantang.ingest.net.MqttVersion.V3_1_1;
import static qiantang.ingest.net.MqttVersion.V5;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import qiantang.store.model.Entry;
import qiantang.store.registry.Role;

/** What becomes of sessions when their node ends. */
class DrainTest {
  private static final String TOPIC = "v1/devices/me/telemetry";
  private static final Duration SPREAD = Duration.ofSeconds(3);

  private static final Terms ELSEWHERE = new Terms(3600, "b.example:1883");

  // Reason code, properties: Server Reference alone.
  private static final String USE_ANOTHER = "9c11" + "1c000e" + text("b.example:1883");

  private final Rig rig = new Rig();

  @Test
  void aClientOfMqtt5IsToldWhereToGo() {
    Rig.Client client = rig.login(V5, Role.DEVICE, "d");
    rig.commit();
    rig.node.tell(ELSEWHERE);
    drain();
    assertEquals("e013" + USE_ANOTHER, client.received());
    assertFalse(client.isOpen());
    rig.commit();
    assertEquals("shutdown", ends().getLast());
  }

  @Test
  void whereNoOtherServerIsNamedItIsToldThatThisOneEnds() {
    Rig.Client client = rig.login(V5, Role.DEVICE, "d");
    Rig.Client old = rig.login(V3_1_1, Role.DEVICE, "old");
    drain();
    assertEquals("e0018b", client.received());
    assertEquals("", old.received(), "3.1.1 has no word for it");
    assertFalse(old.isOpen());
    rig.commit();
    assertEquals(List.of("shutdown", "shutdown"), ends());
  }

  @Test
  void aClientThatTakesNoSuchPacketIsToldTheCodeAlone() {
    Rig.Client client = rig.login5(Role.DEVICE, "d", "2700000016"); // 22 bytes
    rig.node.tell(new Terms(3600, "another-broker.example:1883"));
    drain();
    assertEquals("e0019c", client.received());
  }

  @Test
  void inFlightMessagesAreAnsweredFirst() {
    rig.node.tell(ELSEWHERE);
    Rig.Client old = rig.login(V3_1_1, Role.DEVICE, "old");
    Rig.Client client = rig.login(V5, Role.DEVICE, "d");
    rig.commit();
    old.send(publish(V3_1_1, TOPIC, 7, "{\"a\":1}"));
    client.send(publish(V5, TOPIC, 7, "{\"a\":1}"));
    drain();
    assertTrue(old.isOpen() && client.isOpen(), "their messages are not stored yet");
    assertFalse(old.isRead() || client.isRead());
    rig.commit();
    assertEquals("40020007", old.received());
    assertEquals("40020007" + "e013" + USE_ANOTHER, client.received());
    assertFalse(old.isOpen() || client.isOpen());
  }

  @Test
  void whatWasReadAndWaitsForRoomIsTakenUp() {
    Rig full = new Rig(8 * 1024, null);
    Rig.Client client = full.login(V3_1_1, Role.DEVICE, "d");
    full.commit();
    String large = "{\"a\":\"%s\"}".formatted("x".repeat(700));
    int sent = 0;
    while (client.isRead()) { // until there is no room
      client.send(publish(V3_1_1, TOPIC, ++sent, large));
    }
    full.loop.drain(SPREAD);
    full.runLoop();
    assertTrue(client.isOpen());
    full.commit();
    full.commit();
    assertEquals(sent, client.received().length() / "40020001".length());
    assertFalse(client.isOpen());
  }

  @Test
  void whatNeedsNoAnswerOfTheStoreHoldsNoSession() {
    Rig.Client client = rig.login(V3_1_1, Role.DEVICE, "d");
    client.takes(false);
    client.send(ping()); // held as long as nothing is taken
    drain();
    assertTrue(client.isOpen());
    client.takes(true);
    assertEquals("d000", client.received());
    assertFalse(client.isOpen());
  }

  @Test
  void sessionsGoBitByBitAndAreServedUntilThen() {
    List<Rig.Client> clients = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      clients.add(rig.login(V3_1_1, Role.DEVICE, "d" + i));
    }
    rig.loop.drain(SPREAD);
    rig.runLoop();
    assertEquals(80, open(clients), "1,000 a second at least");
    clients.stream().filter(Rig.Client::isOpen).forEach(client -> client.send(ping()));
    assertEquals(80, clients.stream().filter(one -> one.received().equals("d000")).count());
    turn();
    assertEquals(60, open(clients));
    turn();
    turn();
    turn();
    assertEquals(0, open(clients));
  }

  @Test
  void manySessionsTakeTheWholeTime() {
    List<Rig.Client> clients = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      clients.add(rig.login(V3_1_1, Role.DEVICE, "d" + i));
    }
    // As 3,000 over 3 s: what a second is to them, 30 ms are here.
    rig.loop.drain(Duration.ofMillis(50));
    assertEquals(60, open(clients));
    turn();
    assertEquals(20, open(clients));
    turn();
    assertEquals(0, open(clients));
  }

  @Test
  void whoConnectsMeanwhileIsSentAway() {
    rig.node.tell(ELSEWHERE);
    String token = rig.token(ACME, Role.DEVICE, "d").text();
    Rig.Client late = rig.open();
    Rig.Client old = rig.open();
    rig.node.end();
    late.send(connect(V5, "c", token, 20));
    String answer = late.received();
    assertTrue(answer.startsWith("20") && answer.startsWith("009c", 4), answer);
    assertTrue(answer.contains("1c000e" + text("b.example:1883")), answer);
    assertFalse(late.isOpen());
    old.send(connect(V3_1_1, "c", token, 20));
    assertEquals("20020003", old.received());
    rig.node.tell(Terms.BY_DEFAULT);
    Rig.Client lost = rig.open();
    lost.send(connect(V5, "c", token, 20));
    String unavailable = lost.received();
    assertTrue(unavailable.startsWith("0088", 4), unavailable);
    assertTrue(unavailable.contains(text("the node ends")), unavailable);
  }

  @Test
  void whoWasLetInAtTheLastMomentEndsToo() {
    rig.node.end();
    drain();
    Rig.Client late = rig.open();
    turn();
    assertFalse(late.isOpen());
    assertEquals(0, rig.loop.openSessions());
  }

  @Test
  void theKeepAliveIsAskedForAsTheTermsSay() {
    rig.node.tell(new Terms(10, null));
    Rig.Client client = rig.open();
    client.send(connect5("c", rig.token(ACME, Role.DEVICE, "d").text(), "")); // asks for 20 s
    assertTrue(client.received().contains("13000a"), "Server Keep Alive");
  }

  private void drain() {
    rig.loop.drain(SPREAD);
    rig.runLoop();
  }

  private void turn() {
    rig.pass(SessionLoop.DRAIN_TURN);
    rig.loop.drainOn();
    rig.runLoop();
  }

  private static long open(List<Rig.Client> clients) {
    return clients.stream().filter(Rig.Client::isOpen).count();
  }

  private List<String> ends() {
    return rig.stored(ACME, Entry.Presence.class).stream()
        .filter(presence -> !presence.connected())
        .map(Entry.Presence::reason)
        .toList();
  }

  private static String text(String ascii) {
    return HexFormat.of().formatHex(ascii.getBytes(UTF_8));
  }
}
