package qiantang.store.read;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import qiantang.store.fold.FoldTables;
import qiantang.store.harness.Entries;
import qiantang.store.harness.ManualTime;
import qiantang.store.harness.Node;
import qiantang.store.harness.Stages;
import qiantang.store.health.Evidence.Through;
import qiantang.store.memory.MemoryFolds;
import qiantang.store.memory.MemoryJournal;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;
import qiantang.store.model.Entry;
import qiantang.store.model.MetricValue;
import qiantang.store.model.Reading;
import qiantang.store.model.Value;
import qiantang.store.read.Activity.Connection;
import qiantang.store.read.Activity.DeviceActivity;

class ActivityTest {
  private static final EnterpriseId ACME = new EnterpriseId("acme");

  private final ManualTime time = new ManualTime();
  private final MemoryJournal memory = new MemoryJournal(time, Runnable::run, true);
  private final MemoryFolds folds = new MemoryFolds(Runnable::run);
  private final Node low = new Node(time, memory, 1);
  private final Node high = new Node(time, memory, 2);
  private final Reader reader = Readers.over(memory, folds, time, 1 << 20);

  @BeforeEach
  void open() {
    Stages.done(low.journal().open());
    Stages.done(high.journal().open());
  }

  @Test
  void aDeviceIsOnlineFromConnectToDisconnect() {
    long connected = presence(low, 1, true, "connect");
    time.advance(Duration.ofMinutes(3));
    assertConnection(Connection.ONLINE, connected, "connect");
    long disconnected = presence(low, 1, false, "keep-alive");
    time.advance(Duration.ofMinutes(3));
    assertConnection(Connection.OFFLINE, disconnected, "keep-alive");
  }

  @Test
  void aDeviceThatOnlySentIsThereAndWasNeverConnected() {
    low.send(ACME, Entries.reading("d", "m", 5, 77, 1));
    low.send(ACME, Entries.reading("d", "m2", 4, 78, 1));
    DeviceActivity device = device("d");
    assertEquals(Connection.NEVER, device.connection());
    assertNull(device.sinceMicros());
    assertNull(device.name());
    assertNull(device.firstArrivalMicros());
    assertEquals(5L, device.lastEventTimeMicros());
    assertEquals(List.of("m", "m2"), List.copyOf(device.metrics()));
  }

  @Test
  void aTakeoverOnOneNodeLeavesItOnline() {
    presence(low, 1, true, "connect");
    time.advance(Duration.ofSeconds(2));
    long again = presence(low, 2, true, "connect");
    presence(low, 1, false, "taken-over");
    assertConnection(Connection.ONLINE, again, "connect");
  }

  @Test
  void aLateDisconnectOfTheOldNodeDoesNotCloseTheNewSession() {
    for (List<Node> pair : List.of(List.of(low, high), List.of(high, low))) {
      presence(pair.getFirst(), 1, true, "connect");
      time.advance(Duration.ofMinutes(1));
      long moved = presence(pair.getLast(), 1, true, "connect");
      time.advance(Duration.ofSeconds(5));
      presence(pair.getFirst(), 1, false, "keep-alive");
      assertConnection(Connection.ONLINE, moved, "connect");
      time.advance(Duration.ofMinutes(2));
      long ended = presence(pair.getLast(), 1, false, "disconnect");
      assertConnection(Connection.OFFLINE, ended, "disconnect");
      time.advance(Duration.ofMinutes(1));
    }
  }

  @Test
  void ofTwoEndsInOneMinuteTheLaterTells() {
    for (List<Node> pair : List.of(List.of(low, high), List.of(high, low))) {
      presence(pair.getFirst(), 1, true, "connect");
      time.advance(Duration.ofSeconds(1));
      presence(pair.getFirst(), 1, false, "keep-alive");
      time.advance(Duration.ofSeconds(1));
      presence(pair.getLast(), 1, true, "connect");
      time.advance(Duration.ofSeconds(1));
      long ended = presence(pair.getLast(), 1, false, "protocol-error");
      assertConnection(Connection.OFFLINE, ended, "protocol-error");
      time.advance(Duration.ofMinutes(2));
    }
  }

  @Test
  void aDeviceIsOfflineWhenItsNodeIsLost() {
    presence(low, 1, true, "connect");
    time.advance(Duration.ofSeconds(30));
    long lastBeat = time.micros();
    low.freeze();
    time.advance(Duration.ofSeconds(11));
    assertEquals(Connection.ONLINE, device("d").connection());
    time.advance(Duration.ofSeconds(3));
    assertEquals(Connection.UNKNOWN, device("d").connection());
    time.advance(Duration.ofSeconds(1));
    assertConnection(Connection.OFFLINE, lastBeat, "node-lost");
    time.advance(Duration.ofMinutes(5)); // sealed by the other
    assertConnection(Connection.OFFLINE, lastBeat, "node-lost");
    long again = presence(high, 1, true, "connect");
    assertConnection(Connection.ONLINE, again, "connect");
    time.advance(Duration.ofMinutes(1));
    long ended = presence(high, 1, false, "disconnect");
    assertConnection(Connection.OFFLINE, ended, "disconnect");
  }

  @Test
  void aLostNodeTellsThoughAnOldSessionsDisconnectCameLater() {
    presence(low, 1, true, "connect");
    time.advance(Duration.ofSeconds(10));
    presence(high, 1, true, "connect");
    time.advance(Duration.ofSeconds(3));
    presence(low, 1, false, "keep-alive");
    time.advance(Duration.ofSeconds(17));
    long lastBeat = time.micros();
    high.freeze();
    time.advance(Duration.ofSeconds(20));
    assertConnection(Connection.OFFLINE, lastBeat, "node-lost");
  }

  @Test
  void whoConnectedAfterTheLastHeartbeatOfALostNodeIsOfflineSinceThen() {
    time.advance(Duration.ofSeconds(7));
    long connected = presence(low, 1, true, "connect");
    low.freeze();
    time.advance(Duration.ofSeconds(30));
    assertConnection(Connection.OFFLINE, connected, "node-lost");
  }

  @Test
  void aDeviceBehindAGatewayIsAsConnectedAsTheGateway() {
    DeviceId gateway = new DeviceId("g");
    low.send(ACME, Entries.presence("g", 1, true, "connect", time.micros()));
    low.send(ACME, new Entry.Birth(new DeviceId("d"), "铣床 1", gateway, "mill", time.micros()));
    low.send(ACME, new Entry.Birth(new DeviceId("d2"), "d2", gateway, null, time.micros()));
    long since = time.micros();
    time.advance(Duration.ofSeconds(1));
    low.send(
        ACME,
        new Entry.Readings(
            gateway,
            time.micros(),
            List.of(
                new Reading(
                    new DeviceId("d2"),
                    1,
                    true,
                    false,
                    List.of(new MetricValue("m", new Value.Int(1)))))));
    for (String device : List.of("d", "d2")) {
      assertEquals(Connection.ONLINE, device(device).connection());
      assertEquals(since, device(device).sinceMicros());
      assertEquals(gateway, device(device).gateway());
    }
    assertEquals("铣床 1", device("d").name());
    assertEquals("mill", device("d").model());
    assertNull(device("g").gateway());
    low.send(ACME, Entries.presence("g", 1, false, "disconnect", time.micros()));
    assertEquals(Connection.OFFLINE, device("d").connection());
  }

  @Test
  void aDeviceThatIsSaidToBeGoneIsOfflineUntilItIsNamedAgain() {
    presence("g", low, 1, true);
    for (int i = 0; i < 2; i++) {
      long born = now();
      low.send(ACME, Entries.birth("d", "g", 1, born));
      low.send(ACME, Entries.birth("d2", "g", 1, born));
      time.advance(Duration.ofMinutes(1));
      assertConnection(Connection.ONLINE, born, "connect");
      long gone = now();
      low.send(ACME, Entries.death("d", 1, "ddeath", gone));
      low.send(ACME, Entries.death("x", 1, "ddeath", gone));
      time.advance(Duration.ofMinutes(2));
      assertConnection(Connection.OFFLINE, gone, "ddeath");
      assertEquals(Connection.ONLINE, device("d2").connection());
      assertEquals(Connection.ONLINE, device("g").connection());
    }
    assertFalse(
        Stages.done(reader.activity(ACME)).devices().containsKey(new DeviceId("x")),
        "of whom only a death is known");
  }

  @Test
  void aDeviceGoesWithTheSessionThatNamedItAndComesNotBackWithTheNextOne() {
    presence("g", low, 1, true);
    low.send(ACME, Entries.birth("d", "g", 1, now()));
    time.advance(Duration.ofMinutes(1));
    presence("g", high, 1, true);
    assertEquals(Connection.ONLINE, device("d").connection());
    presence("g", low, 1, false);
    assertEquals(Connection.OFFLINE, device("d").connection());
    assertEquals(Connection.ONLINE, device("g").connection());
    time.advance(Duration.ofMinutes(1));
    long named = now();
    high.send(ACME, Entries.birth("d", "g", 1, named));
    assertConnection(Connection.ONLINE, named, "connect");
    time.advance(Duration.ofSeconds(30));
    high.freeze();
    time.advance(Duration.ofSeconds(30));
    assertEquals("node-lost", device("d").reason());
  }

  @Test
  void laterSessionsOfItsGatewayDoNotMoveTheEndOfTheOneThatNamedADevice() {
    presence("g", low, 1, true);
    low.send(ACME, Entries.birth("d", "g", 1, now()));
    time.advance(Duration.ofMinutes(1));
    long ended = now();
    low.send(ACME, Entries.presence("g", 1, false, "keep-alive", ended));
    for (int session = 2; session < 6; session++) {
      assertConnection(Connection.OFFLINE, ended, "gateway-ended");
      assertEquals(new Through(new DeviceId("g"), "keep-alive"), device("d").through());
      time.advance(Duration.ofMinutes(1));
      presence("g", high, session, true);
      high.send(ACME, Entries.birth("e", "g", session, now()));
      assertConnection(Connection.OFFLINE, ended, "gateway-ended");
      time.advance(Duration.ofMinutes(1));
      presence("g", high, session, false);
    }
  }

  @Test
  void whereTheEndIsNotKeptAnyMoreItsLastReadingTellsAndStays() {
    presence("g", low, 1, true);
    low.send(ACME, Entries.birth("d", "g", 1, now()));
    time.advance(Duration.ofMinutes(1));
    long read = now();
    low.send(ACME, Entries.reading("d", "m", read, read, 1));
    time.advance(Duration.ofSeconds(20));
    presence("g", low, 1, false);
    for (int session = 2; session < 36; session++) {
      presence("g", high, session, true);
      high.send(ACME, Entries.birth("e", "g", session, now()));
      time.advance(Duration.ofSeconds(1));
      presence("g", high, session, false);
      if (session > 33) {
        assertConnection(Connection.OFFLINE, read, "gateway-ended");
        assertEquals(new Through(new DeviceId("g"), null), device("d").through());
      }
    }
  }

  @Test
  void aLateDeathByAnOldSessionDoesNotEndTheNewOnes() {
    for (List<Node> pair : List.of(List.of(low, high), List.of(high, low))) {
      presence("g", pair.getFirst(), 1, true);
      pair.getFirst().send(ACME, Entries.birth("d", "g", 1, now()));
      time.advance(Duration.ofSeconds(1));
      presence("g", pair.getLast(), 1, true);
      long moved = now();
      pair.getLast().send(ACME, Entries.birth("d", "g", 1, moved));
      time.advance(Duration.ofSeconds(5));
      pair.getFirst().send(ACME, Entries.death("d", 1, "keep-alive", now()));
      presence("g", pair.getFirst(), 1, false);
      assertConnection(Connection.ONLINE, moved, "connect");
      presence("g", pair.getLast(), 1, false);
      time.advance(Duration.ofMinutes(2));
    }
  }

  private void presence(String device, Node node, long session, boolean connected) {
    String reason = connected ? "connect" : "disconnect";
    node.send(ACME, Entries.presence(device, session, connected, reason, now()));
  }

  private long now() {
    return time.micros();
  }

  @Test
  void forOneDeviceOnlyItsOwnPartitionsAndItsGatewaysAreRead() {
    DeviceId device = new DeviceId("d");
    DeviceId gateway = new DeviceId("g");
    low.send(ACME, Entries.presence("g", 1, true, "connect", time.micros()));
    low.send(ACME, new Entry.Birth(device, "d", gateway, null, 1L, time.micros()));
    Map<String, Integer> reads = new HashMap<>();
    Reader watched =
        Readers.over(
            memory,
            Watched.tables(
                FoldTables.class,
                folds,
                method -> {
                  reads.merge(method, 1, Integer::sum);
                  return null;
                }),
            time,
            1 << 20);
    DeviceActivity alone = Stages.done(watched.activity(ACME, device)).orElseThrow();
    assertEquals(Connection.ONLINE, alone.connection());
    assertEquals(2, reads.get("readRegisters"));
    assertEquals(1, reads.get("readStates"));
    assertEquals(Optional.empty(), Stages.done(watched.activity(ACME, new DeviceId("x"))));
  }

  @Test
  void aDeviceThatInventsMetricsIsBounded() {
    for (int i = 0; i < 1100; i++) {
      low.send(ACME, Entries.reading("d", "m" + i, 1, 1, 1));
    }
    assertTrue(device("d").metrics().size() <= 1000);
  }

  private long presence(Node node, long session, boolean connected, String reason) {
    long now = time.micros();
    assertTrue(
        node.send(ACME, Entries.presence("d", session, connected, reason, now)).isAcknowledged());
    return now;
  }

  private void assertConnection(Connection connection, long sinceMicros, String reason) {
    DeviceActivity device = device("d");
    assertEquals(
        connection + " " + sinceMicros + " " + reason,
        device.connection() + " " + device.sinceMicros() + " " + device.reason());
  }

  private DeviceActivity device(String device) {
    @Nullable DeviceActivity found =
        Stages.done(reader.activity(ACME)).devices().get(new DeviceId(device));
    assertNotNull(found);
    return found;
  }
}
