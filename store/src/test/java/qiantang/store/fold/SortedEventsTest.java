package qiantang.store.fold;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import qiantang.store.codec.EntryCodec;
import qiantang.store.fold.RecordTables.Event;
import qiantang.store.fold.RecordTables.EventPartition;
import qiantang.store.harness.Entries;
import qiantang.store.harness.FaultyTables.Op;
import qiantang.store.harness.ManualTime;
import qiantang.store.harness.Node;
import qiantang.store.harness.Stages;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;
import qiantang.store.model.Entry;
import qiantang.store.model.Reason;

/** What sorters make of births, presence and rejection records. */
class SortedEventsTest {
  private static final EnterpriseId ACME = new EnterpriseId("acme");

  private final Sorted world = new Sorted();
  private final ManualTime time = world.time;
  private final Node node = Node.opened(time, world.journal, 1);

  @Test
  void aRecordIsInTheListOfEachDeviceItConcernsAndARejectionInTheEnterprisesToo() {
    Entry birth = new Entry.Birth(id("d"), "Mill", id("g"), null, time.micros());
    Entry presence = Entries.presence("g", 7, true, "connect", time.micros());
    Entry ofBoth = rejection("g", "d");
    Entry ofOne = rejection("d", "d");
    Entry ofNobody = rejection(null, null);
    node.send(ACME, Entries.reading("d", "m", 1, time.micros(), 1));
    for (Entry entry : List.of(birth, presence, ofBoth, ofOne, ofNobody)) {
      node.send(ACME, entry);
      node.send(new EnterpriseId("rival"), entry);
    }
    sort();
    assertEquals(texts(birth, ofBoth, ofOne), stored("d"));
    assertEquals(texts(presence, ofBoth), stored("g"));
    assertEquals(texts(ofBoth, ofOne, ofNobody), stored(null));
  }

  @Test
  void anEventIsInTheMonthInWhichItArrived() {
    time.advance(Duration.between(ManualTime.BEGIN, Instant.parse("2026-01-31T23:59:59.9Z")));
    Entry january = Entries.rejection("d", Reason.CLOCK, time.micros());
    node.send(ACME, january);
    time.advance(Duration.ofMillis(100));
    Entry february = Entries.rejection("d", Reason.CLOCK, time.micros());
    node.send(ACME, february);
    sort();
    for (@Nullable String list : Arrays.asList(null, "d")) {
      assertEquals(texts(january), stored(list, 672));
      assertEquals(texts(february), stored(list, 673));
    }
  }

  @Test
  void anEventHasTheIdOfItsPlaceInTheJournalAndTheBytesOfItsEntry() {
    Random random = new Random(71);
    List<DeviceId> devices = List.of(id("a"), id("b"), id("c"));
    TreeMap<String, String> expected = new TreeMap<>();
    node.tables().hold(Op.INSERT_FRAME);
    for (int i = 0; i < 200; i++) {
      node.send(ACME, Entries.random(random, devices));
    }
    node.tables().release();
    sort();
    world
        .records(ACME)
        .forEach(
            (id, entry) -> {
              if (entry instanceof Entry.Rejection) {
                expected.put(id, Entries.text(entry));
              }
            });
    TreeMap<String, String> found = new TreeMap<>();
    for (Event event : events(null, 672)) {
      found.put(event.id(), Entries.text(EntryCodec.decode(event.bytes()).orElseThrow()));
    }
    assertEquals(expected, found);
    assertTrue(found.size() > 20);
  }

  @Test
  void recordsOfADeviceWithoutReadingsAreSortedToo() {
    Entry presence = Entries.presence("g", 1, true, "connect", time.micros());
    node.send(ACME, presence);
    sort();
    assertEquals(List.of(), world.blocks(ACME));
    assertEquals(texts(presence), stored("g"));
  }

  @Test
  void whereverASorterDiesNoCursorIsAheadOfItsEvents() {
    int operations = 0;
    boolean isCut = true;
    while (isCut) {
      Sorted crashed = new Sorted();
      Node taker = Node.opened(crashed.time, crashed.journal, 1);
      for (int i = 0; i < 12; i++) {
        taker.send(ACME, Entries.rejection("d" + i % 3, Reason.CLOCK, crashed.time.micros()));
        crashed.time.advance(Duration.ofSeconds(20));
      }
      crashed.time.advance(Duration.ofMinutes(2));
      FailingFolds failing = new FailingFolds(crashed.folds);
      failing.cutAfter(operations++, false);
      isCut = isCut(crashed, failing);
      assertSorted(crashed, "at " + operations);
      crashed.sortAll();
      assertSorted(crashed, "rerun at " + operations);
      assertEquals(12, ids(crashed).size());
    }
    assertTrue(operations > 10);
  }

  private static boolean isCut(Sorted world, FoldTables tables) {
    boolean isCut = false;
    for (int lane = 0; lane < 16; lane++) {
      isCut |=
          world
              .sorter(tables)
              .sort(world.start(1), lane, null)
              .toCompletableFuture()
              .isCompletedExceptionally();
    }
    return isCut;
  }

  private static void assertSorted(Sorted world, String message) {
    Set<String> sorted = new HashSet<>(world.sortedRecords(ACME).keySet());
    sorted.removeAll(ids(world));
    assertEquals(Set.of(), sorted, message);
  }

  private static Set<String> ids(Sorted world) {
    Set<String> ids = new HashSet<>();
    Stages.done(world.folds.readEvents(new EventPartition(ACME, null, 672), "", "~", 1_000_000))
        .forEach(event -> ids.add(event.id()));
    return ids;
  }

  private static Entry rejection(@Nullable String publisher, @Nullable String device) {
    return new Entry.Rejection(
        publisher == null ? null : id(publisher),
        device == null ? null : id(device),
        Reason.MALFORMED,
        publisher + " " + device,
        "topic",
        1,
        0,
        new byte[0],
        null,
        1_768_464_040_000_000L);
  }

  private void sort() {
    time.advance(Duration.ofMinutes(2));
    world.sortAll();
  }

  private static DeviceId id(String text) {
    return new DeviceId(text);
  }

  private List<Event> events(@Nullable String device, long month) {
    EventPartition partition = new EventPartition(ACME, device == null ? null : id(device), month);
    return Stages.done(world.folds.readEvents(partition, "", "~", 1000));
  }

  private Set<String> stored(@Nullable String device) {
    return stored(device, 672);
  }

  private Set<String> stored(@Nullable String device, long month) {
    List<Entry> entries = new ArrayList<>();
    for (Event event : events(device, month)) {
      entries.add(EntryCodec.decode(event.bytes()).orElseThrow());
    }
    return texts(entries.toArray(Entry[]::new));
  }

  private static Set<String> texts(Entry... entries) {
    Set<String> texts = new HashSet<>();
    for (Entry entry : entries) {
      assertTrue(texts.add(Entries.text(entry)), "twice");
    }
    return texts;
  }
}
