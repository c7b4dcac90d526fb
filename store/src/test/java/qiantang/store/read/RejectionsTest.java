package qiantang.store.read;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import qiantang.store.codec.EntryCodec;
import qiantang.store.fold.EventId;
import qiantang.store.fold.FailingFolds;
import qiantang.store.fold.FoldMeter;
import qiantang.store.fold.FoldTables;
import qiantang.store.fold.FoldTables.LaneCursor;
import qiantang.store.fold.Layouts;
import qiantang.store.fold.RecordTables.Event;
import qiantang.store.fold.RecordTables.EventPartition;
import qiantang.store.fold.Sorter;
import qiantang.store.harness.Entries;
import qiantang.store.harness.FaultyTables;
import qiantang.store.harness.FaultyTables.Op;
import qiantang.store.harness.ManualTime;
import qiantang.store.harness.Node;
import qiantang.store.harness.Stages;
import qiantang.store.journal.JournalTables.Start;
import qiantang.store.memory.MemoryFolds;
import qiantang.store.memory.MemoryJournal;
import qiantang.store.memory.MemoryRegistry;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;
import qiantang.store.model.Reason;

/** Rejections that are events, frames or both. */
class RejectionsTest {
  private static final EnterpriseId ACME = new EnterpriseId("acme");

  private final ManualTime time = new ManualTime();
  private final MemoryJournal journal = new MemoryJournal(time, Runnable::run, true);
  private final FaultyTables reads = new FaultyTables(journal);
  private final MemoryFolds folds = new MemoryFolds(Runnable::run);
  private final Reader reader = Readers.over(reads, folds, time, 1 << 20);
  private final Node node = Node.opened(time, journal, 1);
  private final Node other = Node.opened(time, journal, 2);
  private int sent;

  @Test
  void whateverHasBeenSortedNoneIsLostOrThereTwice() {
    int operations = 0;
    boolean isCut = true;
    while (isCut) {
      for (boolean isApplied : new boolean[] {false, true}) {
        RejectionsTest world = new RejectionsTest();
        world.send(9, Duration.ofSeconds(25));
        List<String> expected = world.answers();
        FailingFolds failing = new FailingFolds(world.folds);
        failing.cutAfter(operations, isApplied);
        isCut = !world.sort(failing);
        assertEquals(expected, world.answers(), "cut at " + operations);
        world.send(3, Duration.ofSeconds(25));
        List<String> more = world.answers();
        world.sort(world.folds);
        assertEquals(more, world.answers(), "sorted after a cut at " + operations);
      }
      operations++;
    }
    assertTrue(operations > 20, operations + " moments");
  }

  @Test
  void eventsAreReadOverMonthsAndNoneThatAreTooOld() {
    long now = time.micros();
    List<String> expected = new ArrayList<>();
    List<Event> events = new ArrayList<>();
    for (int days = 0; days < 120; days += 3) {
      long micros = now - Duration.ofDays(days).toNanos() / 1000;
      EventPartition list = new EventPartition(ACME, null, EventPartition.monthOf(micros));
      Event event =
          new Event(
              list,
              EventId.first(micros) + "-x",
              EntryCodec.encode(Entries.rejection("d", Reason.CLOCK, micros)));
      events.add(event);
      if (days <= 90) {
        expected.add(event.id());
      }
    }
    Stages.done(folds.insertEvents(events));
    RejectionsAnswer whole = page(null, null, Long.MIN_VALUE, Long.MAX_VALUE, null, 1000);
    assertEquals(expected, ids(whole));
    assertEquals(List.of("events", "journal"), whole.completeness().sources());
    assertEquals(now, whole.completeness().freshnessMicros());
    List<String> paged = new ArrayList<>();
    @Nullable String next = null;
    do {
      RejectionsAnswer page = page(null, null, 0, Long.MAX_VALUE, next, 4);
      paged.addAll(ids(page));
      next = page.next();
    } while (next != null);
    assertEquals(expected, paged);
    long from = now - Duration.ofDays(40).toNanos() / 1000;
    long to = now - Duration.ofDays(10).toNanos() / 1000;
    assertEquals(expected.subList(4, 14), ids(page(null, null, from, to, null, 1000)));
  }

  @Test
  void positionsAreReadBeforeEvents() {
    for (Op op : List.of(Op.READ_WHEREABOUTS, Op.READ_START, Op.READ_FRAMES)) {
      send(4, Duration.ofSeconds(25));
      List<String> expected = ids(page(null, null, 0, Long.MAX_VALUE, null, 100));
      reads.hold(op);
      var answer =
          reader
              .rejections(new RejectionsRequest(ACME, null, null, 0, Long.MAX_VALUE, null, 100))
              .toCompletableFuture();
      assertFalse(answer.isDone());
      sort(folds); // behind its back
      reads.release();
      assertEquals(expected, ids(Stages.done(answer)), "held at " + op);
    }
  }

  @Test
  void aPageThatIsFullReadsNoOlderEvents() {
    send(60, Duration.ofSeconds(1));
    sort(folds);
    FailingFolds counting = new FailingFolds(folds);
    Reader counted = Readers.over(reads, counting, time, 1 << 20);
    Stages.done(
        counted.rejections(new RejectionsRequest(ACME, null, null, 0, Long.MAX_VALUE, null, 9)));
    // How far folds have come: cursors of two starts and the packed minute; and what is hidden.
    assertEquals(1 + 4, counting.asked());
  }

  @Test
  void aRareReasonAmongManyGetsShortPagesThatGoOn() {
    EventPartition list = new EventPartition(ACME, null, EventPartition.monthOf(time.micros()));
    List<Event> events = new ArrayList<>();
    byte[] usual = EntryCodec.encode(Entries.rejection("d", Reason.CLOCK, time.micros()));
    byte[] rare = EntryCodec.encode(Entries.rejection("d", Reason.QUOTA, time.micros()));
    int count = 2 * EventPages.LOOKED_AT_MAX + 5000;
    for (int i = 0; i < count; i++) {
      String id = EventId.first(time.micros()) + "-%08d".formatted(i);
      events.add(new Event(list, id, i % 30_000 == 7 ? rare : usual));
    }
    Stages.done(folds.insertEvents(events));
    List<String> found = new ArrayList<>();
    int pages = 0;
    @Nullable String next = null;
    do {
      RejectionsAnswer answer = page(null, Reason.QUOTA, 0, Long.MAX_VALUE, next, 10);
      found.addAll(ids(answer));
      next = answer.next();
      pages++;
    } while (next != null && pages < 100);
    assertEquals(3, pages);
    assertEquals(
        List.of(90_007, 60_007, 30_007, 7),
        found.stream().map(id -> Integer.parseInt(id.substring(17))).toList());
  }

  @Test
  void aDamagedEventIsReportedAndTheOthersAreRead() {
    send(3, Duration.ofSeconds(1));
    sort(folds);
    EventPartition list = new EventPartition(ACME, null, EventPartition.monthOf(time.micros()));
    String id = EventId.first(time.micros());
    Stages.done(folds.insertEvents(List.of(new Event(list, id, new byte[] {4, 7}))));
    RejectionsAnswer answer = page(null, null, 0, Long.MAX_VALUE, null, 10);
    assertEquals(3, answer.items().size());
    assertEquals(1, answer.completeness().damagedFrames());
    assertFalse(answer.completeness().complete());
  }

  @Test
  void aRejectionIsFoundByPublisherAndByDeviceOnceEach() {
    send(9, Duration.ofSeconds(25));
    sort(folds);
    for (String device : List.of("d0", "d1", "d2")) {
      assertEquals(3, ids(page(device, null, 0, Long.MAX_VALUE, null, 100)).size());
    }
    assertNull(page("d0", null, 0, Long.MAX_VALUE, null, 3).next());
    assertNotNull(page("d0", null, 0, Long.MAX_VALUE, null, 2).next());
  }

  private void send(int count, Duration pause) {
    for (int i = 0; i < count; i++) {
      Reason reason = i % 4 == 0 ? Reason.QUOTA : Reason.CLOCK;
      (i % 3 == 1 ? other : node)
          .send(ACME, Entries.rejection("d" + sent++ % 3, reason, time.micros()));
      node.send(ACME, Entries.presence("d0", i, true, "connect", time.micros()));
      time.advance(pause);
    }
    time.advance(Duration.ofMinutes(2));
  }

  /** Sorts what can be; false where the tables failed. */
  private boolean sort(FoldTables tables) {
    Layouts layouts = new Layouts(tables, new MemoryRegistry(), time);
    Sorter sorter = new Sorter(journal, tables, layouts, time, new FoldMeter(), Runnable::run);
    boolean isDone = true;
    for (Start start : Stages.done(journal.readStarts())) {
      List<LaneCursor> cursors = Stages.done(folds.readLaneCursors(start.id()));
      for (int lane = 0; lane < start.lanes().size(); lane++) {
        int number = lane;
        @Nullable LaneCursor cursor =
            cursors.stream().filter(row -> row.lane() == number).findFirst().orElse(null);
        isDone &=
            !sorter.sort(start, lane, cursor).toCompletableFuture().isCompletedExceptionally();
      }
    }
    return isDone;
  }

  /** Everything, whole, by filter and page by page. */
  private List<String> answers() {
    List<String> answers = new ArrayList<>();
    long begin = ManualTime.BEGIN.toEpochMilli() * 1000;
    for (@Nullable String device : Arrays.asList(null, "d0")) {
      for (@Nullable Reason reason : Arrays.asList(null, Reason.QUOTA)) {
        RejectionsAnswer whole = page(device, reason, 0, Long.MAX_VALUE, null, 1000);
        assertTrue(whole.completeness().complete());
        answers.add(ids(whole).toString());
        for (int limit : List.of(1, 4)) {
          List<String> paged = new ArrayList<>();
          @Nullable String next = null;
          do {
            RejectionsAnswer page = page(device, reason, 0, Long.MAX_VALUE, next, limit);
            paged.addAll(ids(page));
            next = page.next();
          } while (next != null);
          assertEquals(ids(whole), paged, "by " + limit);
        }
        long from = begin + 60_000_000;
        answers.add(ids(page(device, reason, from, from + 150_000_000, null, 1000)).toString());
      }
    }
    return answers;
  }

  private RejectionsAnswer page(
      @Nullable String device,
      @Nullable Reason reason,
      long fromMicros,
      long toMicros,
      @Nullable String beforeId,
      int limit) {
    return Stages.done(
        reader.rejections(
            new RejectionsRequest(
                ACME,
                device == null ? null : new DeviceId(device),
                reason,
                fromMicros,
                toMicros,
                beforeId,
                limit)));
  }

  private static List<String> ids(RejectionsAnswer answer) {
    return answer.items().stream().map(RejectionsAnswer.Item::id).toList();
  }
}
