package qiantang.store.journal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;
import qiantang.store.codec.EntryCodec;
import qiantang.store.codec.FrameCodec;
import qiantang.store.codec.FrameCodec.Decoded;
import qiantang.store.codec.FrameCodec.Section;
import qiantang.store.harness.Entries;
import qiantang.store.harness.FaultyTables;
import qiantang.store.harness.FaultyTables.Attempt;
import qiantang.store.harness.FaultyTables.Fault;
import qiantang.store.harness.FaultyTables.Op;
import qiantang.store.harness.ManualTime;
import qiantang.store.harness.Node;
import qiantang.store.harness.Node.Sent;
import qiantang.store.journal.JournalTables.Whereabouts;
import qiantang.store.memory.MemoryJournal;
import qiantang.store.model.Counts;
import qiantang.store.model.EnterpriseId;
import qiantang.store.model.FrameKey;
import qiantang.store.model.WriteResult;

class LaneTest {
  private static final int KIB = 1024;

  private final ManualTime time = new ManualTime();
  private final Node node = Node.opened(time, new MemoryJournal(time, Runnable::run, true), 1);
  private final FaultyTables tables = node.tables();
  private final EnterpriseId acme = new EnterpriseId("acme");
  private final List<EnterpriseId> neighbours = ofLaneOf(acme, 40);
  private final EnterpriseId neighbour = neighbours.getFirst();

  @Test
  void nothingIsAnsweredBeforeItIsStored() {
    tables.hold(Op.INSERT_FRAME);
    Sent sent = send(acme);
    time.advance(Duration.ofSeconds(10));
    assertNull(sent.result());
    tables.release();
    assertTrue(sent.isAcknowledged());
  }

  @Test
  void theFirstAnswerWaitsForTheWhereaboutsToo() {
    tables.hold(Op.INSERT_WHEREABOUTS);
    Sent sent = send(acme);
    time.advance(Duration.ofSeconds(10));
    assertNull(sent.result());
    tables.release();
    assertTrue(sent.isAcknowledged());
  }

  @Test
  void whereaboutsWithAnUnknownOutcomeAreWrittenAgain() {
    tables.failNext(Op.INSERT_WHEREABOUTS, Fault.LOST);
    Sent sent = send(acme);
    assertNull(sent.result());
    time.advance(Duration.ofSeconds(1));
    assertTrue(sent.isAcknowledged());
    assertEquals(2, tables.whereaboutsAttempts().size());
    assertEquals(2, tables.attempts().size());
  }

  @Test
  void oneWriteIsInFlightAndAppendsCollect() {
    tables.hold(Op.INSERT_FRAME);
    Sent first = send(acme);
    Sent second = send(acme);
    Sent third = send(neighbour);
    assertEquals(1, tables.held(Op.INSERT_FRAME));
    tables.releaseOne();
    assertTrue(first.isAcknowledged());
    assertNull(second.result());
    assertEquals(1, tables.held(Op.INSERT_FRAME), "both in one frame");
    tables.releaseOne();
    assertTrue(second.isAcknowledged() && third.isAcknowledged());
    assertEquals(List.of(1L, 2L), sequences());
  }

  @Test
  void lanesDoNotWaitForEachOther() {
    EnterpriseId elsewhere = notOfLaneOf(acme);
    tables.hold(Op.INSERT_FRAME);
    Sent sent = send(acme);
    Sent other = send(elsewhere);
    assertEquals(2, tables.held(Op.INSERT_FRAME));
    tables.release();
    assertTrue(sent.isAcknowledged() && other.isAcknowledged());
  }

  @Test
  void answersComeInTheOrderOfTheMessages() {
    tables.hold(Op.INSERT_FRAME);
    for (int i = 0; i < 10; i++) {
      send(acme, 100 * KIB);
    }
    tables.release(); // the next frames are stored before the call returns
    assertEquals(
        List.of(0, 1, 2, 3, 4, 5, 6, 7, 8, 9),
        node.answered().stream().map(sent -> sent.number).toList());
  }

  @Test
  void aRepeatHasTheSameKeyAndBytesThoughMoreCameAndTheMinuteChanged() {
    tables.failNext(Op.INSERT_FRAME, Fault.LOST);
    tables.failNext(Op.INSERT_FRAME, Fault.APPLIED);
    tables.failNext(Op.INSERT_FRAME, Fault.LATE);
    time.advance(Duration.ofSeconds(29).plusMillis(990)); // 10 ms before the minute ends
    Sent first = send(acme);
    Sent second = send(acme);
    time.advance(Duration.ofSeconds(30));
    assertTrue(first.isAcknowledged() && second.isAcknowledged());
    List<Attempt> attempts = tables.attempts();
    assertEquals(5, attempts.size());
    for (Attempt repeat : attempts.subList(1, 4)) {
      assertEquals(attempts.getFirst().key(), repeat.key());
      assertArrayEquals(attempts.getFirst().bytes(), repeat.bytes());
    }
    assertEquals(2, attempts.getLast().key().sequence());
  }

  @Test
  void repeatsSlowDownAndGoOnUntilTheDatabaseIsBack() {
    tables.fail(Op.INSERT_FRAME, Fault.LOST);
    Sent sent = send(acme);
    time.advance(Duration.ofMinutes(10));
    int attempts = tables.attempts().size();
    assertTrue(attempts > 290 && attempts < 320, "every 2 s at last: " + attempts);
    assertNull(sent.result());
    tables.mend(Op.INSERT_FRAME);
    time.advance(Duration.ofSeconds(2));
    assertTrue(sent.isAcknowledged());
  }

  @Test
  void aFloodOfOneDoesNotKeepAnotherOutOfTheNextFrame() {
    tables.hold(Op.INSERT_FRAME);
    send(acme);
    for (int i = 0; i < 100_000; i++) {
      send(acme, 40);
    }
    for (int round = 0; round < 3; round++) {
      Sent other = send(neighbour);
      tables.releaseOne();
      assertNull(other.result());
      tables.releaseOne();
      assertTrue(other.isAcknowledged(), "round " + round);
    }
  }

  @Test
  void floodsShareAFrameEvenly() {
    tables.hold(Op.INSERT_FRAME);
    send(acme);
    for (int i = 0; i < 10_000; i++) {
      send(acme, 1000);
      send(neighbour, 100);
      send(neighbour, 100);
    }
    for (int frame = 0; frame < 5; frame++) {
      tables.releaseOne();
    }
    long acmes = 0;
    long neighbours = 0;
    for (Attempt attempt : tables.attempts()) {
      for (Section section : sections(attempt)) {
        long bytes = section.counts().messagesAccepted();
        if (section.enterprise().equals(acme)) {
          acmes = bytes * 1000;
        } else {
          neighbours = bytes * 100;
        }
      }
    }
    assertTrue(acmes < neighbours * 1.25 && neighbours < acmes * 1.25, acmes + ":" + neighbours);
  }

  @Test
  void aLargeMessageThatWaitsForItsTurnDoesNotMakeFramesSmall() {
    tables.hold(Op.INSERT_FRAME);
    send(acme);
    for (int i = 0; i < 20_000; i++) {
      send(neighbour, 100);
    }
    Sent large = send(acme, 250 * KIB);
    tables.releaseOne();
    int frames = 0;
    while (!large.isAcknowledged()) {
      assertTrue(tables.attempts().getLast().bytes().length > 200 * KIB, "frame " + frames);
      tables.releaseOne();
      frames++;
    }
    assertTrue(frames <= 3, "16 quanta are one frame of the others, and one of its own: " + frames);
  }

  @Test
  void noFrameIsLargerThanItsBound() {
    Random random = new Random(1);
    tables.hold(Op.INSERT_FRAME);
    for (int i = 0; i < 2_000; i++) {
      send(neighbours.get(random.nextInt(40)), 1 + random.nextInt(random.nextInt(60 * KIB) + 1));
    }
    tables.release();
    int entryBytesMax = 0;
    for (Attempt attempt : tables.attempts()) {
      int entries = sections(attempt).stream().mapToInt(section -> section.entries().size()).sum();
      int overhead = 6 + 3 * entries + 64 * 40;
      entryBytesMax = Math.max(entryBytesMax, attempt.bytes().length - overhead);
    }
    assertTrue(entryBytesMax <= Lane.FRAME_BYTES_MAX, "largest " + entryBytesMax);
    assertEquals(2_000, node.answered().size());
  }

  @Test
  void anEntryLargerThanTheBoundGoesAlone() {
    tables.hold(Op.INSERT_FRAME);
    send(acme);
    send(acme, 100);
    Sent large = send(acme, 300 * KIB);
    Sent after = send(acme, 100);
    tables.releaseOne();
    tables.releaseOne();
    assertNull(large.result());
    tables.releaseOne();
    assertTrue(large.isAcknowledged());
    assertNull(after.result());
    assertEquals(2, sections(tables.attempts().get(2)).getFirst().counts().messagesAccepted() - 1);
    tables.releaseOne();
    assertTrue(after.isAcknowledged());
  }

  @Test
  void countsAreCumulativeAndOfTheEnterpriseInThisLane() {
    for (int i = 1; i <= 3; i++) {
      send(acme);
      send(neighbour);
      Section last = sections(tables.attempts().getLast()).getFirst();
      assertEquals(neighbour, last.enterprise());
      assertEquals(new Counts(i, 0, i, 0), last.counts());
    }
  }

  @Test
  void whereaboutsAreWrittenAtTheFirstMessageAndAgainAfterHalfAnHour() {
    long begin = time.minute();
    for (int second = 0; second <= 3 * 3600; second += 20) {
      assertTrue(send(acme).isAcknowledged());
      time.advance(Duration.ofSeconds(20));
    }
    List<Whereabouts> rows = tables.whereaboutsAttempts();
    assertEquals(
        List.of(begin, begin + 30, begin + 60, begin + 90, begin + 120, begin + 150, begin + 180),
        rows.stream().map(Whereabouts::lastMinute).toList());
    assertTrue(rows.stream().allMatch(row -> row.firstMinute() == begin), rows.toString());
    for (Attempt attempt : tables.attempts()) {
      assertTrue(attempt.key().partition().minute() < begin + 210);
    }
  }

  @Test
  void theMinuteFollowsTheClockForwardAndNeverBackAndDoesNotStandStill() {
    long begin = time.minute();
    send(acme);
    time.advance(Duration.ofMinutes(5));
    send(acme);
    time.stepWallClock(Duration.ofHours(-1));
    send(acme);
    time.advance(Duration.ofMinutes(6)); // At half speed, so that the clock catches up.
    send(acme);
    assertEquals(List.of(begin, begin + 5, begin + 5, begin + 8), minutes());
  }

  @Test
  void theMinuteIsNeverMoreThanTwoAheadOfWhatWasAnnounced() {
    long begin = time.minute();
    send(acme);
    time.stepWallClock(Duration.ofHours(1));
    send(acme);
    assertEquals(begin + 2, minutes().getLast());
    for (int i = 0; i < 600; i++) {
      time.advance(Duration.ofSeconds(1));
      long announced =
          tables.beats().isEmpty() ? begin : tables.beats().getLast().lanes().getFirst().minute();
      assertTrue(send(acme).isAcknowledged());
      assertTrue(minutes().getLast() <= announced + 2, "after " + i + " s");
    }
    assertEquals(time.minute(), minutes().getLast(), "it has caught up");
  }

  @Test
  void whatAHeartbeatMayNotHaveToldIsNotAnnounced() {
    long begin = time.minute();
    tables.fail(Op.BEAT, Fault.LOST);
    time.stepWallClock(Duration.ofHours(1));
    time.advance(Duration.ofSeconds(15));
    send(acme);
    assertEquals(begin + 2, minutes().getLast());
  }

  @Test
  void aPositionNamesNoMinuteBehindWhichAFrameIsStillToCome() {
    long begin = time.minute();
    tables.hold(Op.INSERT_FRAME);
    send(acme);
    time.advance(Duration.ofMinutes(10));
    int lane = tables.attempts().getFirst().key().partition().lane();
    assertEquals(begin, tables.beats().getLast().lanes().get(lane).minute());
    assertEquals(0, tables.beats().getLast().lanes().get(lane).storedSequence());
    tables.release();
    time.advance(Duration.ofSeconds(5));
    assertEquals(begin + 2, tables.beats().getLast().lanes().get(lane).minute());
    time.advance(Duration.ofSeconds(35)); // two minutes a heartbeat
    assertEquals(time.minute(), tables.beats().getLast().lanes().get(lane).minute());
    assertEquals(1, tables.beats().getLast().lanes().get(lane).storedSequence());
  }

  @Test
  void eachLoopGetsOneTaskAFrame() {
    List<Runnable> first = new ArrayList<>();
    List<Runnable> second = new ArrayList<>();
    Executor firstLoop = first::add;
    Executor secondLoop = second::add;
    tables.hold(Op.INSERT_FRAME);
    node.send(acme, entry(), firstLoop);
    List<Sent> sent = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      sent.add(node.send(acme, entry(), firstLoop));
      sent.add(node.send(neighbour, entry(), secondLoop));
    }
    tables.release();
    assertEquals(2, first.size(), "one a frame");
    assertEquals(1, second.size());
    assertTrue(sent.stream().allMatch(one -> one.result() == null), "only on its loop");
    first.forEach(Runnable::run);
    second.forEach(Runnable::run);
    assertTrue(sent.stream().allMatch(Sent::isAcknowledged));
  }

  @Test
  void permitsAreGivenBackWhenStored() {
    tables.hold(Op.INSERT_FRAME);
    send(acme, 100);
    send(acme, 200);
    assertEquals(300, node.budget().takenBytes());
    tables.releaseOne();
    assertEquals(200, node.budget().takenBytes());
    tables.releaseOne();
    assertEquals(0, node.budget().takenBytes());
  }

  @Test
  void permitsAreGivenBackBeforeTheAnswer() {
    List<Long> taken = new ArrayList<>();
    ByteBudget budget = new ByteBudget(100);
    assertTrue(budget.tryTake(60));
    node.journal()
        .lane(acme)
        .append(
            new Append(
                acme,
                entry(),
                Counts.NONE,
                budget,
                60,
                Runnable::run,
                result -> taken.add(budget.takenBytes())));
    assertEquals(List.of(0L), taken);
  }

  @Test
  void permitsAreGivenBackAndAnswersAreUnavailableWhenItIsClosed() {
    tables.hold(Op.INSERT_FRAME);
    Sent inFlight = send(acme);
    Sent waiting = send(acme);
    Sent other = send(neighbour);
    node.journal().close();
    Sent late = send(acme);
    for (Sent sent : List.of(inFlight, waiting, other, late)) {
      assertInstanceOf(WriteResult.Unavailable.class, sent.result());
    }
    assertEquals(0, node.budget().takenBytes());
    tables.release();
    time.advance(Duration.ofMinutes(1));
    assertInstanceOf(WriteResult.Unavailable.class, inFlight.result(), "and only once");
    assertEquals(1, tables.attempts().size());
  }

  @Test
  void aClosedLaneStopsRepeating() {
    tables.fail(Op.INSERT_FRAME, Fault.LOST);
    Sent sent = send(acme);
    time.advance(Duration.ofSeconds(10));
    node.journal().close();
    int attempts = tables.attempts().size();
    time.advance(Duration.ofMinutes(10));
    assertEquals(attempts, tables.attempts().size());
    assertInstanceOf(WriteResult.Unavailable.class, sent.result());
  }

  @Test
  void aClosedLanesLastMinuteStaysOpenForItsFrameMayNotBeStored() {
    tables.hold(Op.INSERT_FRAME);
    send(acme);
    var before = node.journal().lane(acme).position();
    node.journal().close();
    time.advance(Duration.ofMinutes(2));
    assertEquals(before, node.journal().lane(acme).position());
  }

  @Test
  void permitsAreGivenBackThoughALoopHasEnded() {
    Executor ended =
        task -> {
          throw new RejectedExecutionException("the loop has ended");
        };
    tables.hold(Op.INSERT_FRAME);
    node.send(acme, entry(), ended);
    node.send(acme, entry(), ended);
    Sent other = send(acme);
    tables.release();
    assertEquals(0, node.budget().takenBytes());
    assertTrue(other.isAcknowledged(), "the lane goes on and other loops are told");
  }

  @Test
  void aLaneIsIdleWhenEverythingIsAnswered() {
    assertTrue(node.journal().isIdle());
    tables.hold(Op.INSERT_FRAME);
    send(acme);
    assertFalse(node.journal().isIdle());
    tables.release();
    assertTrue(node.journal().isIdle());
  }

  private Sent send(EnterpriseId enterprise) {
    return node.send(enterprise, entry(), Runnable::run);
  }

  /** Sends an entry of so many bytes. */
  private Sent send(EnterpriseId enterprise, int bytes) {
    return node.send(enterprise, padded(bytes), Runnable::run);
  }

  private byte[] entry() {
    return EntryCodec.encode(Entries.reading("d", "m", time.micros(), time.micros(), 1));
  }

  // An entry may be followed by bytes that a later version adds to it.
  private static byte[] padded(int bytes) {
    byte[] presence = EntryCodec.encode(Entries.presence("d", 1, true, "", 1));
    byte[] padded = new byte[Math.max(bytes, presence.length)];
    System.arraycopy(presence, 0, padded, 0, presence.length);
    return padded;
  }

  private List<Long> sequences() {
    return tables.attempts().stream().map(Attempt::key).map(FrameKey::sequence).toList();
  }

  private List<Long> minutes() {
    return tables.attempts().stream().map(attempt -> attempt.key().partition().minute()).toList();
  }

  private static List<Section> sections(Attempt attempt) {
    return assertInstanceOf(Decoded.Sections.class, FrameCodec.decode(attempt.bytes())).sections();
  }

  private List<EnterpriseId> ofLaneOf(EnterpriseId enterprise, int count) {
    List<EnterpriseId> found = new ArrayList<>();
    for (int i = 0; found.size() < count; i++) {
      EnterpriseId other = new EnterpriseId("e-" + i);
      if (node.journal().lane(other) == node.journal().lane(enterprise)) {
        found.add(other);
      }
    }
    return found;
  }

  private EnterpriseId notOfLaneOf(EnterpriseId enterprise) {
    for (int i = 0; ; i++) {
      EnterpriseId other = new EnterpriseId("e-" + i);
      if (node.journal().lane(other) != node.journal().lane(enterprise)) {
        return other;
      }
    }
  }
}
