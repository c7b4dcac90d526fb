package qiantang.store.journal;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.TestMethodOrder;
import qiantang.store.harness.Stages;
import qiantang.store.journal.JournalTables.LanePosition;
import qiantang.store.journal.JournalTables.Start;
import qiantang.store.journal.JournalTables.StoredFrame;
import qiantang.store.journal.JournalTables.Whereabouts;
import qiantang.store.model.EnterpriseId;
import qiantang.store.model.FrameKey;
import qiantang.store.model.LaneMinute;
import qiantang.store.model.StartId;

/**
 * What every implementation of the journal's tables does. The tables may be shared by all tests of
 * the class: each has a start and an enterprise of its own.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
public abstract class JournalTablesContract {
  private static final int FRAME_BYTES = 256 * 1024;
  private static final long MINUTE = 29_474_400;

  private StartId start = new StartId(new UUID(0, 0));
  private EnterpriseId enterprise = EnterpriseId.OPERATOR;

  /** The tables under test. */
  protected abstract JournalTables tables();

  @BeforeEach
  final void name(TestInfo test) {
    String name = test.getDisplayName();
    start = new StartId(UUID.nameUUIDFromBytes(name.getBytes(UTF_8)));
    enterprise = new EnterpriseId("e-" + Integer.toHexString(name.hashCode()));
  }

  @Test
  void asManyFramesAreReadAsHaveSoManyBytes() {
    for (int i = 1; i <= 200; i++) {
      insert(0, 0, i, new byte[100]);
    }
    Map<Long, Integer> expected = Map.of(1L, 1, 100L, 1, 101L, 2, 7_000L, 70, 99_999L, 200);
    expected.forEach(
        (bytes, count) -> {
          var frames = Stages.await(tables().readFrames(partition(0, 0), 0, bytes));
          assertEquals(LongStream.rangeClosed(1, count).boxed().toList(), sequences(frames));
        });
    assertEquals(
        List.of(151L, 152L),
        sequences(Stages.await(tables().readFrames(partition(0, 0), 150, 200))));
  }

  @Test
  @Order(1)
  void everythingWorksWhenEmpty() {
    assertEquals(List.of(), Stages.await(tables().readFrames(partition(0, 0), 0)));
    assertEquals(List.of(), Stages.await(tables().readWhereabouts(enterprise)));
    assertEquals(List.of(), Stages.await(tables().readEnterprises()));
    assertEquals(Optional.empty(), Stages.await(tables().readStart(start)));
    assertEquals(List.of(), Stages.await(tables().readStarts()));
    assertFalse(Stages.await(tables().seal(start, 1)), "there is nothing to seal");
    assertFalse(Stages.await(tables().beat(row(1, 0))), "there is no row to beat on");
    assertEquals(Optional.empty(), Stages.await(tables().readStart(start)), "and none is made");
    assertTrue(Stages.await(tables().databaseTime()).isAfter(Instant.EPOCH));
  }

  @Test
  @Order(2)
  void framesComeInOrderOfSequence() {
    for (long sequence : List.of(300L, 2L, 1L, 255L, 256L)) {
      insert(0, 0, sequence, bytes(sequence, 100));
    }
    List<StoredFrame> frames = Stages.await(tables().readFrames(partition(0, 0), 0));
    assertEquals(List.of(1L, 2L, 255L, 256L, 300L), sequences(frames));
    for (StoredFrame frame : frames) {
      assertEquals(partition(0, 0), frame.key().partition());
      assertArrayEquals(bytes(frame.key().sequence(), 100), frame.bytes());
    }
  }

  @Test
  @Order(2)
  void onlyFramesBehindTheSequenceComeAlong() {
    for (long sequence = 1; sequence <= 5; sequence++) {
      insert(0, 0, sequence, bytes(sequence, 10));
    }
    assertEquals(List.of(4L, 5L), sequences(Stages.await(tables().readFrames(partition(0, 0), 3))));
    assertEquals(List.of(), Stages.await(tables().readFrames(partition(0, 0), 5)));
  }

  @Test
  @Order(2)
  void aRepeatOfAFrameChangesNothing() {
    for (int i = 0; i < 3; i++) {
      insert(0, 0, 1, bytes(1, 1000));
    }
    List<StoredFrame> frames = Stages.await(tables().readFrames(partition(0, 0), 0));
    assertEquals(List.of(1L), sequences(frames));
    assertArrayEquals(bytes(1, 1000), frames.getFirst().bytes());
  }

  @Test
  @Order(2)
  void framesThatAreWrittenAgainAreTheSameAndAreSoOnce() {
    assertEquals(0, Stages.await(tables().keepFrames(partition(0, 0))));
    for (long sequence = 1; sequence <= 150; sequence++) { // a page has 64
      insert(0, 0, sequence, bytes(sequence, 1000));
    }
    Stages.await(tables().keepFrames(partition(0, 0)));
    List<StoredFrame> frames = Stages.await(tables().readFrames(partition(0, 0), 0));
    assertEquals(150, frames.size());
    for (StoredFrame frame : frames) {
      assertArrayEquals(bytes(frame.key().sequence(), 1000), frame.bytes());
    }
    assertEquals(0, Stages.await(tables().keepFrames(partition(0, 0))));
  }

  @Test
  @Order(2)
  void startsLanesAndMinutesAreApart() {
    StartId other = new StartId(new UUID(start.id().getLeastSignificantBits(), 7));
    insert(0, 0, 1, bytes(1, 10));
    insert(1, 0, 2, bytes(2, 10));
    insert(0, 1, 3, bytes(3, 10));
    Stages.await(
        tables().insertFrame(new FrameKey(new LaneMinute(other, 0, MINUTE), 4), bytes(4, 10)));
    assertEquals(List.of(1L), sequences(Stages.await(tables().readFrames(partition(0, 0), 0))));
    assertEquals(List.of(2L), sequences(Stages.await(tables().readFrames(partition(1, 0), 0))));
    assertEquals(List.of(3L), sequences(Stages.await(tables().readFrames(partition(0, 1), 0))));
  }

  @Test
  @Order(2)
  void theLargestFramesComeWholeAndMoreThanAPageOfThem() {
    int count = 150; // a page has 64
    for (int from = 1; from <= count; from += 10) {
      List<CompletableFuture<Void>> writes = new ArrayList<>();
      for (long sequence = from; sequence < from + 10; sequence++) {
        writes.add(
            tables()
                .insertFrame(new FrameKey(partition(0, 0), sequence), bytes(sequence, FRAME_BYTES))
                .toCompletableFuture());
      }
      writes.forEach(Stages::await);
    }
    List<StoredFrame> frames = Stages.await(tables().readFrames(partition(0, 0), 0));
    assertEquals(count, frames.size());
    for (int i = 0; i < count; i++) {
      assertEquals(i + 1, frames.get(i).key().sequence());
      assertArrayEquals(bytes(i + 1, FRAME_BYTES), frames.get(i).bytes());
    }
  }

  @Test
  @Order(2)
  void manySmallFramesComeInOrder() {
    List<CompletableFuture<Void>> writes = new ArrayList<>();
    for (long sequence = 500; sequence > 0; sequence--) {
      writes.add(
          tables()
              .insertFrame(new FrameKey(partition(0, 0), sequence), bytes(sequence, 20))
              .toCompletableFuture());
    }
    writes.forEach(Stages::await);
    List<Long> sequences = sequences(Stages.await(tables().readFrames(partition(0, 0), 100)));
    assertEquals(400, sequences.size());
    assertEquals(sequences.stream().sorted().toList(), sequences);
  }

  @Test
  @Order(2)
  void whereaboutsNameEveryLaneOnce() {
    StartId other = new StartId(new UUID(start.id().getLeastSignificantBits(), 7));
    List<Whereabouts> rows =
        List.of(
            new Whereabouts(enterprise, start, 0, MINUTE, MINUTE),
            new Whereabouts(enterprise, start, 15, MINUTE, MINUTE + 1),
            new Whereabouts(enterprise, other, 0, MINUTE + 2, MINUTE + 2));
    for (Whereabouts row : rows) {
      Stages.await(tables().insertWhereabouts(row));
      Stages.await(tables().insertWhereabouts(row));
    }
    Stages.await(
        tables()
            .insertWhereabouts(
                new Whereabouts(new EnterpriseId("another"), start, 3, MINUTE, MINUTE)));
    assertEquals(
        new HashSet<>(rows), new HashSet<>(Stages.await(tables().readWhereabouts(enterprise))));
    assertEquals(3, Stages.await(tables().readWhereabouts(enterprise)).size());
  }

  @Test
  @Order(2)
  void whereaboutsMoveOn() {
    for (long last : List.of(MINUTE, MINUTE + 30, MINUTE + 60)) {
      Whereabouts row = new Whereabouts(enterprise, start, 4, MINUTE, last);
      Stages.await(tables().insertWhereabouts(row));
      assertEquals(List.of(row), Stages.await(tables().readWhereabouts(enterprise)));
    }
  }

  @Test
  @Order(2)
  void enterprisesThatHaveWhereaboutsAreListedOnce() {
    StartId other = new StartId(new UUID(start.id().getLeastSignificantBits(), 7));
    List<EnterpriseId> expected = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      EnterpriseId id = new EnterpriseId(enterprise.text() + "-" + i);
      expected.add(id);
      for (Whereabouts row :
          List.of(
              new Whereabouts(id, start, 0, MINUTE, MINUTE),
              new Whereabouts(id, start, 1, MINUTE, MINUTE),
              new Whereabouts(id, other, 0, MINUTE, MINUTE + 30))) {
        Stages.await(tables().insertWhereabouts(row));
      }
    }
    List<EnterpriseId> read =
        Stages.await(tables().readEnterprises()).stream()
            .filter(id -> id.text().startsWith(enterprise.text() + "-"))
            .toList();
    assertEquals(expected.size(), read.size(), "each once");
    assertEquals(new HashSet<>(expected), new HashSet<>(read));
  }

  @Test
  @Order(2)
  void aStartIsReadAsItWasInsertedWithTheDatabasesTime() {
    Instant before = Stages.await(tables().databaseTime());
    Start row = row(1, 0);
    Stages.await(tables().insertStart(row));
    Start read = read();
    assertEquals(row, unstamped(read));
    long micros = read.beatMicros();
    // The transactions' clock and the one asked for differ by some milliseconds at most.
    Instant earliest = before.minus(Duration.ofSeconds(1));
    Instant latest = Stages.await(tables().databaseTime()).plus(Duration.ofSeconds(1));
    assertTrue(
        micros > earliest.toEpochMilli() * 1000 && micros < latest.toEpochMilli() * 1000,
        before + " and " + micros);
  }

  @Test
  @Order(2)
  void aSecondInsertOfAStartFails() {
    Stages.await(tables().insertStart(row(1, 0)));
    assertTrue(
        String.valueOf(Stages.failure(tables().insertStart(row(1, 9)))).contains("exists already"));
    assertEquals(row(1, 0), unstamped(read()));
  }

  @Test
  @Order(2)
  void aHeartbeatReplacesTheOneBefore() {
    Stages.await(tables().insertStart(row(1, 0)));
    long before = read().beatMicros();
    assertTrue(Stages.await(tables().beat(row(2, 5))));
    assertEquals(row(2, 5), unstamped(read()));
    assertTrue(read().beatMicros() >= before);
    assertTrue(Stages.await(tables().beat(row(4, 6))), "one may be missing");
    assertEquals(row(4, 6), unstamped(read()));
  }

  @Test
  @Order(2)
  void aHeartbeatThatArrivesLateIsRefused() {
    Stages.await(tables().insertStart(row(1, 0)));
    assertTrue(Stages.await(tables().beat(row(3, 5))));
    assertFalse(Stages.await(tables().beat(row(2, 1))));
    assertFalse(Stages.await(tables().beat(row(3, 1))));
    assertEquals(row(3, 5), unstamped(read()));
  }

  @Test
  @Order(2)
  void aHeartbeatAfterTheSealIsRefused() {
    Stages.await(tables().insertStart(row(1, 0)));
    assertTrue(Stages.await(tables().beat(row(2, 3))));
    long beatMicros = read().beatMicros();
    assertTrue(Stages.await(tables().seal(start, 2)));
    assertFalse(Stages.await(tables().beat(row(3, 9))));
    Start sealed = read();
    assertTrue(sealed.sealed());
    assertEquals(2, sealed.beat());
    assertEquals(row(2, 3).lanes(), sealed.lanes());
    assertEquals("node", sealed.node());
    assertEquals(beatMicros, sealed.beatMicros(), "a seal is no heartbeat");
  }

  @Test
  @Order(2)
  void aSealWithAnOldHeartbeatIsRefused() {
    Stages.await(tables().insertStart(row(1, 0)));
    assertTrue(Stages.await(tables().beat(row(2, 3))));
    assertFalse(Stages.await(tables().seal(start, 1)));
    assertFalse(Stages.await(tables().seal(start, 3)));
    assertFalse(read().sealed());
    assertTrue(Stages.await(tables().beat(row(3, 4))), "it goes on");
  }

  @Test
  @Order(2)
  void aSealOfASealedStartSaysThatItIsSealed() {
    Stages.await(tables().insertStart(row(1, 0)));
    assertTrue(Stages.await(tables().beat(row(2, 3))));
    assertTrue(Stages.await(tables().seal(start, 2)));
    assertTrue(Stages.await(tables().seal(start, 2)));
    assertTrue(Stages.await(tables().seal(start, 1)), "whatever was thought before");
  }

  @Test
  @Order(3)
  void allStartsAreListed() {
    Stages.await(tables().insertStart(row(1, 0)));
    List<Start> starts = Stages.await(tables().readStarts());
    assertEquals(
        row(1, 0), unstamped(starts.stream().filter(this::isOurs).findFirst().orElseThrow()));
    assertEquals(starts.size(), starts.stream().map(Start::id).distinct().count());
  }

  private boolean isOurs(Start row) {
    return row.id().equals(start);
  }

  private Start read() {
    return Stages.await(tables().readStart(start)).orElseThrow();
  }

  private static Start unstamped(Start read) {
    assertTrue(read.beatMicros() > 0);
    return new Start(
        read.id(),
        read.node(),
        read.beginMinute(),
        read.beat(),
        0,
        read.sealed(),
        read.folds(),
        read.lanes());
  }

  private Start row(long beat, long storedSequence) {
    List<LanePosition> lanes = new ArrayList<>();
    for (int i = 0; i < Journal.LANES; i++) {
      lanes.add(new LanePosition(MINUTE + i, storedSequence + i, storedSequence / 2 + i));
    }
    return new Start(start, "node", MINUTE - 7, beat, 0, false, beat % 2 == 0, lanes);
  }

  private void insert(int lane, int minute, long sequence, byte[] bytes) {
    Stages.await(tables().insertFrame(new FrameKey(partition(lane, minute), sequence), bytes));
  }

  private LaneMinute partition(int lane, int minute) {
    return new LaneMinute(start, lane, MINUTE + minute);
  }

  // Bytes that do not compress, the same for the same seed.
  private static byte[] bytes(long seed, int count) {
    byte[] bytes = new byte[count];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  private static List<Long> sequences(List<StoredFrame> frames) {
    return frames.stream().map(frame -> frame.key().sequence()).toList();
  }
}
