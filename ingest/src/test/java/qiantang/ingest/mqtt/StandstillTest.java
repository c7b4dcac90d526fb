package qiantang.ingest.mqtt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static qiantang.ingest.mqtt.Rig.ACME;
import static qiantang.ingest.net.ClientPackets.connect;
import static qiantang.ingest.net.ClientPackets.ping;
import static qiantang.ingest.net.MqttVersion.V5;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import qiantang.store.registry.Role;

/**
 * An event loop that stood still has not heard its clients, whether they spoke or not: it reads
 * first and judges their silence afterwards. Keep-alives are 20 s, so deadlines 30 s.
 */
class StandstillTest {
  private static final Duration TICK = SessionLoop.TICK;

  private final Rig rig = new Rig();

  @Test
  void whoSpokeMeanwhileIsReadFirst() {
    Rig.Client client = rig.login(V5, Role.DEVICE, "d");
    rig.pass(Duration.ofSeconds(15));
    rig.standStill(Duration.ofSeconds(20));
    rig.pass(TICK);
    client.send(ping()); // lay in the socket
    rig.pass(Duration.ofSeconds(25));
    assertTrue(client.isOpen());
    rig.pass(Duration.ofSeconds(6));
    assertFalse(client.isOpen(), "and is silent now");
  }

  @Test
  void whoWasConnectingIsReadFirst() {
    Rig.Client client = rig.open();
    rig.standStill(Duration.ofSeconds(20));
    rig.pass(TICK);
    client.send(connect(V5, "d", rig.token(ACME, Role.DEVICE, "d").text(), 20));
    rig.pass(Duration.ofSeconds(6));
    assertTrue(client.isOpen());
  }

  @Test
  void whoWasSilentIsCutSecondsAfterwards() {
    Rig.Client client = rig.login(V5, Role.DEVICE, "d");
    rig.pass(Duration.ofSeconds(15));
    rig.standStill(Duration.ofSeconds(20));
    rig.pass(Duration.ofMillis(4_500));
    assertTrue(client.isOpen());
    rig.pass(Duration.ofSeconds(1));
    assertFalse(client.isOpen());
  }

  @Test
  void aLoopThatIsAlwaysLateCutsTheSilentAllTheSame() {
    Rig.Client client = rig.login(V5, Role.DEVICE, "d");
    int seconds = 0;
    while (client.isOpen() && seconds < 120) {
      rig.standStill(Duration.ofMillis(1_750));
      rig.pass(TICK);
      seconds += 2;
    }
    assertFalse(client.isOpen());
    assertTrue(seconds >= 30 && seconds <= 45, "after %d s".formatted(seconds));
    assertEquals(0, rig.loop.openSessions());
  }
}
