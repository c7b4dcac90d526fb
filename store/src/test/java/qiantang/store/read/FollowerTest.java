package qiantang.store.read;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import qiantang.store.codec.EntryCodec;
import qiantang.store.codec.FrameCodec;
import qiantang.store.journal.JournalTables.LanePosition;
import qiantang.store.journal.JournalTables.Start;
import qiantang.store.journal.JournalTables.Whereabouts;
import qiantang.store.memory.MemoryJournal;
import qiantang.store.model.Counts;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;
import qiantang.store.model.Entry;
import qiantang.store.model.FrameKey;
import qiantang.store.model.LaneMinute;
import qiantang.store.model.StartId;

final class FollowerTest {
  private static final EnterpriseId MINE = new EnterpriseId("mine");
  private static final EnterpriseId OTHER = new EnterpriseId("other");
  private static final StartId FIRST = new StartId(new UUID(1, 1));
  private static final StartId SECOND = new StartId(new UUID(2, 2));
  private static final long MINUTE = 1000;
  private static final Duration BACK = Duration.ofMinutes(10);

  private Instant now = Instant.ofEpochSecond(MINUTE * 60 + 30);
  private final InstantSource clock = () -> now;
  private boolean isAway;
  private final MemoryJournal tables =
      new MemoryJournal(
          clock,
          task -> {
            if (isAway) {
              throw new IllegalStateException("away");
            }
            task.run();
          },
          true);

  private void begin(StartId start, long sequence) {
    List<LanePosition> lanes = List.of(new LanePosition(MINUTE, sequence, 0));
    tables
        .insertStart(new Start(start, "node", MINUTE, 1, 0, false, lanes))
        .toCompletableFuture()
        .join();
    tables
        .insertWhereabouts(new Whereabouts(MINE, start, 0, MINUTE, MINUTE))
        .toCompletableFuture()
        .join();
  }

  private void write(StartId start, long minute, long sequence) {
    FrameCodec.Builder frame = new FrameCodec.Builder(64);
    for (EnterpriseId enterprise : List.of(OTHER, MINE)) {
      Entry entry =
          new Entry.Readings(
              new DeviceId(enterprise.text() + "-" + start.id().getMostSignificantBits()),
              now.toEpochMilli() * 1000 + sequence,
              List.of());
      frame.add(enterprise, Counts.NONE, List.of(EntryCodec.encode(entry)));
    }
    tables
        .insertFrame(new FrameKey(new LaneMinute(start, 0, minute), sequence), frame.build())
        .toCompletableFuture()
        .join();
  }

  /** Start and sequence of each frame; each has one record, which is ours. */
  private static List<String> poll(Follower follower) {
    List<String> frames = new ArrayList<>();
    for (Follower.Frame frame : follower.poll().toCompletableFuture().join().frames()) {
      assertEquals(1, frame.entries().size());
      Entry.Readings entry = (Entry.Readings) frame.entries().getFirst().entry();
      long start = frame.key().partition().start().id().getMostSignificantBits();
      assertEquals("mine-" + start, entry.publisher().text());
      frames.add(start + ":" + frame.key().sequence());
    }
    return frames;
  }

  private Follower fromNow() {
    return Follower.fromNow(tables, MINE, clock, Runnable::run);
  }

  @Test
  void allThatComesIsSeenOnceWhateverMinuteOrLaneItComesIn() {
    begin(FIRST, 1);
    write(FIRST, MINUTE, 1);
    write(FIRST, MINUTE, 2); // the heartbeat does not know of it yet
    Follower follower = fromNow();
    assertEquals(List.of(), poll(follower));
    write(FIRST, MINUTE, 3);
    assertEquals(List.of("1:3"), poll(follower));
    assertEquals(List.of(), poll(follower));
    now = now.plusSeconds(60);
    write(FIRST, MINUTE, 4);
    write(FIRST, MINUTE + 1, 5);
    begin(SECOND, 0);
    write(SECOND, MINUTE + 1, 1);
    assertEquals(List.of("2:1", "1:4", "1:5"), poll(follower));
    assertEquals(List.of(), poll(follower));
  }

  @Test
  void aFrameIsNotPassedThatIsStillToBeSeen() {
    begin(FIRST, 0);
    write(FIRST, MINUTE, 1);
    Follower follower = fromNow();
    assertEquals(List.of(), poll(follower));
    now = now.plusSeconds(60);
    write(FIRST, MINUTE + 1, 3); // the one before was written after its minute was looked into
    assertEquals(List.of(), poll(follower));
    write(FIRST, MINUTE, 2);
    assertEquals(List.of("1:2", "1:3"), poll(follower));
  }

  @Test
  void whatIsGoneForGoodIsPassed() {
    begin(FIRST, 0);
    write(FIRST, MINUTE, 1);
    Follower follower = fromNow();
    assertEquals(List.of(), poll(follower));
    write(FIRST, MINUTE, 3);
    List<String> all = new ArrayList<>();
    for (int i = 0; i <= Follower.POLLS_OF_HOLE_MAX; i++) {
      all.addAll(poll(follower));
    }
    assertEquals(List.of("1:3"), all);
  }

  @Test
  void aPollThatFailsLosesNothing() {
    begin(FIRST, 0);
    Follower follower = fromNow();
    assertEquals(List.of(), poll(follower));
    write(FIRST, MINUTE, 1);
    isAway = true;
    assertThrows(RuntimeException.class, () -> poll(follower));
    isAway = false;
    assertEquals(List.of("1:1"), poll(follower));
  }

  @Test
  void fromAnyFrameOnAllThatFollowsIsSeen() {
    long seed = 42;
    Random random = new Random(seed);
    begin(FIRST, 0);
    begin(SECOND, 0);
    Follower follower = fromNow();
    assertEquals(List.of(), poll(follower));
    List<String> all = new ArrayList<>();
    List<Followed> ids = new ArrayList<>();
    int[] sequences = new int[2];
    for (int i = 0; i < 200; i++) {
      int lane = random.nextInt(2);
      now = now.plusMillis(1 + random.nextInt(3000)); // never two at the same time
      long minute = Math.floorDiv(now.getEpochSecond(), 60);
      write(lane == 0 ? FIRST : SECOND, Math.min(minute, MINUTE + 2), ++sequences[lane]);
      if (random.nextInt(3) == 0) {
        for (Follower.Frame frame : follower.poll().toCompletableFuture().join().frames()) {
          all.add(frame.key().toString());
          ids.add(frame.after());
        }
      }
    }
    for (int i = 0; i < ids.size(); i++) {
      Followed id = Followed.parse(ids.get(i).text());
      assertNotNull(id);
      assertEquals(ids.get(i), id);
      List<String> again = new ArrayList<>();
      Follower own = Follower.from(tables, MINE, clock, Runnable::run, id, BACK);
      own.poll().toCompletableFuture().join().frames().stream()
          .map(frame -> frame.key().toString())
          .forEach(again::add);
      List<String> rest = all.subList(i + 1, all.size());
      assertEquals(
          rest, again.stream().filter(rest::contains).toList(), "seed " + seed + ", from " + i);
      assertEquals(List.of(), again.stream().filter(all.subList(0, i + 1)::contains).toList());
    }
  }

  @Test
  void whatIsNoIdIsNone() {
    for (String text : List.of("", "A", "AQ", "nonsense", "A".repeat(5000), "!")) {
      assertNull(Followed.parse(text), text);
    }
    Random random = new Random(7);
    for (int i = 0; i < 10_000; i++) {
      byte[] bytes = new byte[random.nextInt(80)];
      random.nextBytes(bytes);
      if (bytes.length > 0) {
        bytes[0] = 1;
      }
      String text = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
      Followed read = Followed.parse(text); // never throws
      assertEquals(read, read == null ? null : Followed.parse(read.text()));
    }
  }
}
