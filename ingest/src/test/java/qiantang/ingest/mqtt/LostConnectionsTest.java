package qiantang.ingest.mqtt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static qiantang.ingest.mqtt.Rig.ACME;
import static qiantang.ingest.net.MqttVersion.V3_1_1;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import qiantang.store.model.Entry;
import qiantang.store.registry.Role;

class LostConnectionsTest {
  private static final int MANY = 10 * LostConnections.AT_ONCE;

  private final Rig rig = new Rig();

  @Test
  void manyThatBreakAtOnceEndInTurnAndAllOfThemEnd() {
    List<Rig.Client> clients = new ArrayList<>();
    for (int i = 0; i < MANY; i++) {
      clients.add(rig.login(V3_1_1, Role.DEVICE, "d" + i));
    }
    rig.commit();
    clients.forEach(Rig.Client::hangUp);
    rig.commit();
    assertEquals(LostConnections.AT_ONCE, ended());
    rig.pass(Duration.ofSeconds(4));
    rig.recover();
    assertEquals(MANY, ended());
    assertEquals(0, rig.meter.connections());
    assertEquals(0, rig.loop.openConnections());
  }

  @Test
  void aFewEndAtOnce() {
    List<Rig.Client> clients = new ArrayList<>();
    for (int i = 0; i < LostConnections.AT_ONCE; i++) {
      clients.add(rig.login(V3_1_1, Role.DEVICE, "d" + i));
    }
    rig.commit();
    for (int i = 0; i < 2; i++) {
      rig.pass(LostConnections.TURN);
      clients.subList(0, LostConnections.AT_ONCE / 2).forEach(Rig.Client::hangUp);
      clients.subList(0, LostConnections.AT_ONCE / 2).clear();
    }
    rig.commit();
    assertEquals(LostConnections.AT_ONCE, ended());
  }

  @Test
  void whoWaitsWhenTheNodeEndsIsEndedWithIt() {
    List<Rig.Client> clients = new ArrayList<>();
    for (int i = 0; i < MANY; i++) {
      clients.add(rig.login(V3_1_1, Role.DEVICE, "d" + i));
    }
    rig.commit();
    clients.forEach(Rig.Client::hangUp);
    rig.loop.shutDown();
    rig.commit();
    assertEquals(MANY, ended());
    rig.pass(Duration.ofSeconds(4));
    assertEquals(0, rig.meter.connections());
  }

  private long ended() {
    return rig.stored(ACME, Entry.Presence.class).stream()
        .filter(record -> !record.connected())
        .count();
  }
}
