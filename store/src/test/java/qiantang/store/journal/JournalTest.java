package qiantang.store.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;
import qiantang.store.harness.Entries;
import qiantang.store.harness.FaultyTables;
import qiantang.store.harness.FaultyTables.Fault;
import qiantang.store.harness.FaultyTables.Op;
import qiantang.store.harness.ManualTime;
import qiantang.store.harness.Node;
import qiantang.store.harness.Node.Sent;
import qiantang.store.harness.Stages;
import qiantang.store.journal.JournalTables.Start;
import qiantang.store.memory.MemoryJournal;
import qiantang.store.model.EnterpriseId;
import qiantang.store.model.StartId;
import qiantang.store.model.WriteResult;

class JournalTest {
  private static final EnterpriseId ACME = new EnterpriseId("acme");
  private static final EnterpriseId BETA = new EnterpriseId("beta");
  private static final StartId ONE = new StartId(new UUID(0, 1));

  private final ManualTime time = new ManualTime();
  private final MemoryJournal memory = new MemoryJournal(time, Runnable::run, true);
  private final Node node = new Node(time, memory, 1);
  private final FaultyTables tables = node.tables();

  @Test
  void theStartsRowTellsOfTheStart() {
    open();
    Start row = row();
    assertEquals(1, row.beat());
    assertEquals("node-1", row.node());
    assertFalse(row.sealed());
    assertEquals(Journal.LANES, row.lanes().size());
    assertTrue(row.lanes().stream().allMatch(lane -> lane.minute() == time.minute()));
    assertTrue(node.journal().isFresh());
  }

  @Test
  void beatsEveryFiveSeconds() {
    open();
    time.advance(Duration.ofMinutes(10));
    assertEquals(120, tables.count(Op.BEAT));
    assertEquals(121, row().beat());
  }

  @Test
  void nothingIsAcknowledgedBeforeTheStartsRowIsStored() {
    tables.hold(Op.INSERT_START);
    CompletionStage<Void> opened = node.journal().open();
    Sent sent = send(ACME);
    time.advance(Duration.ofSeconds(10));
    assertNull(sent.result());
    assertEquals(0, tables.count(Op.BEAT), "there is no row to beat on");
    assertEquals(0, node.timesSealed());
    tables.release();
    Stages.done(opened);
    time.advance(Duration.ofSeconds(5));
    assertTrue(sent.isAcknowledged());
  }

  @Test
  void aStartWhoseRowTookTooLongIsFreshWithItsNextHeartbeat() {
    tables.hold(Op.INSERT_START);
    CompletionStage<Void> opened = node.journal().open();
    Sent sent = send(ACME);
    time.advance(Duration.ofSeconds(21));
    tables.release();
    Stages.done(opened);
    assertFalse(node.journal().isFresh());
    assertNull(sent.result());
    time.advance(Duration.ofSeconds(5));
    assertTrue(sent.isAcknowledged());
  }

  @Test
  void anAcknowledgementWaitsForAHeartbeatYoungerThanTwentySeconds() {
    open();
    tables.hold(Op.BEAT);
    time.advance(Duration.ofSeconds(19));
    assertTrue(send(ACME).isAcknowledged());
    time.advance(Duration.ofSeconds(1));
    Sent acme = send(ACME);
    Sent acmeWaits = send(ACME);
    Sent beta = send(BETA);
    assertFalse(node.journal().isFresh());
    assertNull(acme.result());
    tables.failOne(); // the heartbeat that hung
    assertNull(acme.result());
    tables.release();
    time.advance(Duration.ofMillis(500));
    assertTrue(acme.isAcknowledged() && acmeWaits.isAcknowledged() && beta.isAcknowledged());
  }

  @Test
  void aMachineThatWasSuspendedMustBeatBeforeItAcknowledges() {
    open();
    time.stepWallClock(Duration.ofSeconds(20)); // the ticker stood still
    assertFalse(node.journal().isFresh());
    tables.hold(Op.BEAT);
    Sent sent = send(ACME);
    assertNull(sent.result());
    tables.release();
    assertTrue(sent.isAcknowledged());
  }

  @Test
  void aClockSetBackHidesNoSleep() {
    open();
    tables.hold(Op.BEAT);
    time.stepWallClock(Duration.ofMinutes(-5));
    time.stepWallClock(Duration.ofMinutes(4)); // the ticker stood still
    assertFalse(node.journal().isFresh());
    Sent sent = send(ACME);
    assertNull(sent.result());
    tables.release();
    assertTrue(sent.isAcknowledged());
  }

  @Test
  void theTwentySecondsCountFromWhenTheHeartbeatWasSent() {
    open();
    tables.hold(Op.BEAT);
    time.advance(Duration.ofSeconds(15)); // sent after 5 s, it takes 10 s
    tables.release();
    tables.hold(Op.BEAT);
    time.advance(Duration.ofSeconds(9).plusMillis(999));
    assertTrue(node.journal().isFresh());
    time.advance(Duration.ofMillis(1));
    assertFalse(node.journal().isFresh());
  }

  @Test
  void aHeartbeatThatTookLongerThanItIsGoodForReleasesNothing() {
    open();
    tables.hold(Op.BEAT);
    time.advance(Duration.ofSeconds(30));
    Sent sent = send(ACME);
    tables.releaseOne(); // sent 25 s ago
    assertNull(sent.result());
    tables.release();
    time.advance(Duration.ofSeconds(5));
    assertTrue(sent.isAcknowledged());
  }

  @Test
  void aHeartbeatWithUnknownOutcomeIsFollowedByTheNext() {
    open();
    for (Fault fault : Fault.values()) {
      tables.failNext(Op.BEAT, fault);
    }
    time.advance(Duration.ofSeconds(10));
    assertTrue(node.journal().isFresh());
    assertEquals(0, node.timesSealed());
    List<Long> beats = tables.beats().stream().map(Start::beat).toList();
    assertEquals(List.of(2L, 3L, 4L, 5L), beats.subList(0, 4));
  }

  @Test
  void aHeartbeatThatArrivesLateDoesNotTurnTheRowBack() {
    open();
    tables.failNext(Op.BEAT, Fault.LATE);
    time.advance(Duration.ofMinutes(3));
    Start before = row();
    tables.applyLate();
    assertEquals(before.beat(), row().beat());
    assertEquals(before.lanes(), row().lanes());
  }

  @Test
  void anOutageDoesNotMultiplyHeartbeats() {
    open();
    for (int outage = 0; outage < 10; outage++) {
      tables.fail(Op.BEAT, Fault.LOST);
      time.advance(Duration.ofSeconds(30).plusMillis(100));
      for (int i = 0; i < 30; i++) {
        send(new EnterpriseId("e-" + i));
      }
      tables.mend(Op.BEAT);
      time.advance(Duration.ofSeconds(30));
    }
    int before = tables.count(Op.BEAT);
    time.advance(Duration.ofMinutes(1));
    assertEquals(12, tables.count(Op.BEAT) - before);
  }

  @Test
  void aHeartbeatThatHangsOrFailsIsSilenceUntilOneSucceeds() {
    open();
    time.advance(Duration.ofSeconds(9));
    assertEquals(Duration.ZERO, node.journal().heartbeatSilence());
    tables.hold(Op.BEAT);
    time.advance(Duration.ofSeconds(4)); // sent after 10 s
    assertEquals(Duration.ofSeconds(3), node.journal().heartbeatSilence());
    tables.failOne();
    tables.release();
    tables.fail(Op.BEAT, Fault.LOST);
    time.advance(Duration.ofSeconds(2));
    assertEquals(Duration.ofSeconds(5), node.journal().heartbeatSilence(), "from the first one");
    tables.mend(Op.BEAT);
    time.advance(Duration.ofMillis(500));
    assertEquals(Duration.ZERO, node.journal().heartbeatSilence());
  }

  @Test
  void theOldestWriteOfAllLanesTellsHowLongTheStoreIsAway() {
    open();
    assertEquals(Duration.ZERO, node.journal().oldestWrite());
    tables.fail(Op.INSERT_FRAME, Fault.LOST);
    send(ACME);
    time.advance(Duration.ofSeconds(2));
    send(BETA); // of another lane
    time.advance(Duration.ofSeconds(1));
    assertEquals(Duration.ofSeconds(3), node.journal().oldestWrite(), "repeats do not renew it");
    tables.mend(Op.INSERT_FRAME);
    time.advance(Duration.ofSeconds(2));
    assertEquals(Duration.ZERO, node.journal().oldestWrite());
  }

  @Test
  void aSealedStartNeverAcknowledgesAndTellsOnce() {
    open();
    tables.hold(Op.INSERT_FRAME);
    Sent inFlight = send(ACME);
    assertTrue(Stages.done(memory.seal(ONE, row().beat())));
    time.advance(Duration.ofSeconds(5));
    assertEquals(1, node.timesSealed());
    tables.release();
    Sent later = send(ACME);
    Sent other = send(BETA);
    time.advance(Duration.ofMinutes(5));
    assertFalse(node.journal().isFresh());
    assertEquals(1, node.timesSealed());
    for (Sent sent : List.of(inFlight, later, other)) {
      assertNull(sent.result());
    }
    node.journal().close();
    for (Sent sent : List.of(inFlight, later, other, send(ACME))) {
      assertInstanceOf(WriteResult.Unavailable.class, sent.result());
    }
    assertEquals(0, node.budget().takenBytes());
  }

  @Test
  void aStartThatSleptUntilItWasSealedNeverAcknowledges() {
    open();
    Node watcher = Node.opened(time, memory, 2);
    node.freeze();
    Sent sent = send(ACME); // its frame is ready, its write begins after the sleep
    time.advance(Duration.ofMinutes(5));
    assertTrue(row().sealed());
    node.thaw();
    time.advance(Duration.ofMinutes(1));
    assertNull(sent.result());
    assertEquals(1, node.timesSealed());
    assertTrue(watcher.journal().isFresh());
  }

  @Test
  void aStartWithoutHeartbeatForAMinuteIsSealedAndALiveOneIsNot() {
    open();
    Node dead = Node.opened(time, memory, 2);
    time.advance(Duration.ofSeconds(20));
    dead.freeze();
    time.advance(Duration.ofSeconds(60));
    assertFalse(row(2).sealed(), "60 s have to pass from when its heartbeat was seen to stand");
    time.advance(Duration.ofSeconds(30));
    assertTrue(row(2).sealed());
    assertFalse(row().sealed());
    time.advance(Duration.ofMinutes(60));
    assertFalse(row().sealed());
    assertEquals(1, tables.count(Op.SEAL));
  }

  @Test
  void aWatcherThatSleptSealsNobodyWhoseHeartbeatWentOn() {
    open();
    Node other = Node.opened(time, memory, 2);
    time.advance(Duration.ofSeconds(30));
    node.freeze();
    time.advance(Duration.ofMinutes(1));
    node.thaw();
    time.advance(Duration.ofSeconds(30));
    assertFalse(row(2).sealed());
    assertEquals(0, other.timesSealed());
  }

  @Test
  void aSealWithUnknownOutcomeIsTriedAgain() {
    open();
    Node dead = Node.opened(time, memory, 2);
    dead.freeze();
    tables.failNext(Op.SEAL, Fault.LOST);
    time.advance(Duration.ofMinutes(5));
    assertTrue(row(2).sealed());
  }

  @Test
  void watchingGoesOnAfterAnOutage() {
    open();
    Node dead = Node.opened(time, memory, 2);
    dead.freeze();
    tables.fail(Op.READ_STARTS, Fault.LOST);
    time.advance(Duration.ofMinutes(5));
    assertFalse(row(2).sealed());
    tables.mend(Op.READ_STARTS);
    time.advance(Duration.ofMinutes(2));
    assertTrue(row(2).sealed());
  }

  @Test
  void aClosedJournalIsQuietAndIsNotToldThatItWasSealed() {
    open();
    tables.hold(Op.BEAT);
    time.advance(Duration.ofSeconds(5));
    node.journal().close();
    assertTrue(Stages.done(memory.seal(ONE, 1)));
    tables.release();
    int beats = tables.count(Op.BEAT);
    time.advance(Duration.ofMinutes(10));
    assertEquals(beats, tables.count(Op.BEAT));
    assertTrue(tables.count(Op.READ_STARTS) < 3);
    assertEquals(0, node.timesSealed(), "the program has already begun anew, or ends");
  }

  @Test
  void theClocksAreCompared() {
    open();
    time.stepWallClock(Duration.ofSeconds(3)); // of database and node: they share it here
    time.advance(Duration.ofSeconds(5));
    assertEquals(Duration.ZERO, node.journal().clockSkew());
    tables.hold(Op.TIME);
    time.advance(Duration.ofSeconds(5));
    time.stepWallClock(Duration.ofSeconds(-8)); // our look before said 8 s more than the database's
    tables.release();
    assertEquals(Duration.ofSeconds(4), node.journal().clockSkew());
  }

  @Test
  void aClockThatCannotBeReadChangesNothing() {
    open();
    tables.fail(Op.TIME, Fault.LOST);
    time.advance(Duration.ofMinutes(1));
    assertTrue(node.journal().isFresh());
    assertEquals(Duration.ZERO, node.journal().clockSkew());
  }

  @Test
  void anEnterpriseIsAlwaysInTheSameLaneAndEnterprisesAreSpread() {
    long lanes = 0;
    for (int i = 0; i < 200; i++) {
      EnterpriseId enterprise = new EnterpriseId("e-" + i);
      Lane lane = node.journal().lane(enterprise);
      assertEquals(lane, node.journal().lane(new EnterpriseId("e-" + i)));
      lanes |= 1L << (System.identityHashCode(lane) & 63);
    }
    assertTrue(Long.bitCount(lanes) > Journal.LANES / 2);
  }

  private void open() {
    Stages.done(node.journal().open());
  }

  private Sent send(EnterpriseId enterprise) {
    return node.send(enterprise, Entries.reading("d", "m", 1, time.micros(), 1));
  }

  private Start row() {
    return row(1);
  }

  private Start row(long number) {
    return Stages.done(memory.readStart(new StartId(new UUID(0, number)))).orElseThrow();
  }
}
