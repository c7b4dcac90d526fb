package qiantang.store.read;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import qiantang.store.codec.EntryCodec;
import qiantang.store.fold.EventId;
import qiantang.store.fold.FoldMeter;
import qiantang.store.fold.FoldTables.LaneCursor;
import qiantang.store.fold.Layouts;
import qiantang.store.fold.Mask;
import qiantang.store.fold.MaskTables.Deletion;
import qiantang.store.fold.RecordTables.Event;
import qiantang.store.fold.RecordTables.EventPartition;
import qiantang.store.fold.Sorter;
import qiantang.store.harness.Entries;
import qiantang.store.harness.ManualTime;
import qiantang.store.harness.Node;
import qiantang.store.harness.Stages;
import qiantang.store.journal.JournalTables.Start;
import qiantang.store.memory.MemoryFolds;
import qiantang.store.memory.MemoryJournal;
import qiantang.store.memory.MemoryRegistry;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;
import qiantang.store.model.Entry;
import qiantang.store.model.FrameKey;
import qiantang.store.model.LaneMinute;
import qiantang.store.model.Reason;
import qiantang.store.read.ConnectionsAnswer.Began;
import qiantang.store.read.ConnectionsAnswer.End;
import qiantang.store.read.ConnectionsAnswer.Item;
import qiantang.store.registry.Retention;

/** Sessions whose records are events, frames or both. */
class ConnectionsTest {
  private static final EnterpriseId ACME = new EnterpriseId("acme");
  private static final long MINUTE = 60_000_000;

  private final ManualTime time = new ManualTime();
  private final MemoryJournal journal = new MemoryJournal(time, Runnable::run, true);
  private final MemoryFolds folds = new MemoryFolds(Runnable::run);
  private final Reader reader = Readers.over(journal, folds, time, 1 << 20);
  private final Node node = Node.opened(time, journal, 1);
  private final Node other = Node.opened(time, journal, 2);
  private long session;

  @Test
  void whateverHasBeenSortedASessionIsOneItemWithItsEnd() {
    for (int i = 0; i < 4; i++) {
      connected(node, "d", "keep-alive");
      connected(other, "d", "taken-over");
      connected(node, "e", "disconnect");
    }
    begin(node, "d");
    List<String> expected = told("d");
    assertEquals(9, expected.size());
    assertTrue(expected.getFirst().endsWith(" open"), expected.getFirst());
    assertTrue(expected.get(1).endsWith(" taken-over 60"), expected.get(1));
    assertTrue(expected.get(8).endsWith(" keep-alive 60"), expected.get(8));
    time.advance(Duration.ofMinutes(2));
    sort();
    assertEquals(expected, told("d"));
    for (int limit = 1; limit <= 4; limit++) {
      assertEquals(expected, paged("d", limit), "by " + limit);
    }
    connected(other, "d", "disconnect");
    assertEquals(expected, told("d").subList(1, 10));
    time.advance(Duration.ofMinutes(2));
    assertEquals(expected, paged("d", 1).subList(1, 10));
  }

  @Test
  void theEndOfASessionIsFoundFarBehindItsPage() {
    long slow = begin(node, "d");
    for (int i = 0; i < 3000; i++) {
      node.send(ACME, Entries.rejection("d", Reason.CLOCK, time.micros()));
    }
    time.advance(Duration.ofHours(30));
    connected(node, "d", "disconnect");
    end(node, "d", slow, "quota");
    connected(node, "d", "disconnect");
    time.advance(Duration.ofMinutes(2));
    sort();
    List<String> whole = told("d");
    assertTrue(whole.get(2).contains(" quota "), whole.get(2));
    assertEquals(whole, paged("d", 1));
    long behindIt = ManualTime.BEGIN.toEpochMilli() * 1000 + MINUTE;
    assertEquals(
        whole.subList(2, 3), told(page("d", 0, behindIt, null, 10)), "by times before its end");
  }

  @Test
  void aNodeThatDiesTakesItsSessionsWithItNotBeforeItsLastSign() {
    begin(other, "d");
    time.advance(Duration.ofSeconds(30));
    long sign = time.micros();
    other.freeze();
    time.advance(Duration.ofMinutes(10));
    End end = page("d", 0, Long.MAX_VALUE, null, 10).items().getFirst().end();
    if (end instanceof End.NodeLost lost) {
      assertTrue(
          lost.lastSignMicros() <= sign && lost.lastSignMicros() > sign - MINUTE,
          lost + " of " + sign);
    } else {
      throw new AssertionError(end);
    }
    time.advance(Duration.ofMinutes(2));
    sort();
    assertEquals(end, page("d", 0, Long.MAX_VALUE, null, 10).items().getFirst().end());
  }

  @Test
  void aSubDevicesItemsAreItsBirthsWithTheirDeaths() {
    for (int i = 0; i < 2; i++) {
      node.send(ACME, new Entry.Birth(new DeviceId("s"), "PLC", new DeviceId("gw"), null, now()));
      time.advance(Duration.ofMinutes(1));
      node.send(ACME, Entries.death("s", "ddeath", now()));
      node.send(ACME, Entries.death("x", "ddeath", now()));
      time.advance(Duration.ofMinutes(1));
    }
    List<Item> items = page("s", 0, Long.MAX_VALUE, null, 10).items();
    assertEquals(2, items.size());
    for (Item item : items) {
      assertEquals(1, item.deaths());
      assertEquals("ddeath", item.lastDeaths().getFirst().reason());
      assertTrue(item.end() instanceof End.Ended ended && ended.reason().equals("device-death"));
      assertTrue(
          item.began() instanceof Began.SpokenFor birth
              && birth.birth().gateway().equals(new DeviceId("gw")));
    }
  }

  @Test
  void whatAGatewaySpeaksForEndsByItsDeathOrWithTheGateway() {
    for (String reason : List.of("disconnect", "ddeath", "ndeath")) {
      long number = begin(node, "gw");
      node.send(ACME, Entries.birth("s", "gw", number, now()));
      time.advance(Duration.ofMinutes(1));
      node.send(ACME, Entries.death("s", number, reason, now()));
      node.send(ACME, Entries.birth("s", "gw", number, now()));
      time.advance(Duration.ofMinutes(1));
      end(node, "gw", number, "keep-alive");
    }
    long number = begin(node, "gw");
    node.send(ACME, Entries.birth("s", "gw", number, now()));
    time.advance(Duration.ofMinutes(1));
    node.send(ACME, Entries.birth("s", "gw", number, now()));
    begin(other, "gw");
    List<String> expected =
        List.of(
            "with gateway",
            "named-again 60",
            "gateway-keep-alive 60",
            "node-death 60",
            "gateway-keep-alive 60",
            "device-death 60",
            "gateway-keep-alive 60",
            "disconnect 60");
    assertEquals(expected, ends(told("s")));
    for (int limit = 1; limit <= 4; limit++) {
      assertEquals(expected, ends(paged("s", limit)), "by " + limit);
    }
    time.advance(Duration.ofMinutes(2));
    sort();
    for (int limit = 1; limit <= 9; limit++) {
      assertEquals(expected, ends(paged("s", limit)), "sorted, by " + limit);
    }
    end(node, "gw", number, "disconnect");
    assertEquals("gateway-disconnect 120", ends(told("s")).getFirst());
    time.advance(Duration.ofMinutes(2));
    sort();
    assertEquals("gateway-disconnect 120", ends(told("s")).getFirst());
  }

  @Test
  void whatAGatewaySpeaksForIsLostWithTheGatewaysNode() {
    other.send(ACME, Entries.birth("s", "gw", begin(other, "gw"), now()));
    time.advance(Duration.ofSeconds(30));
    other.freeze();
    time.advance(Duration.ofMinutes(10));
    assertTrue(
        page("s", 0, Long.MAX_VALUE, null, 10).items().getFirst().end() instanceof End.NodeLost);
  }

  @Test
  void theEndOfAGatewaysSessionIsFoundAmongManyRecordsOfIt() {
    long number = begin(node, "gw");
    node.send(ACME, Entries.birth("s", "gw", number, now()));
    for (int i = 0; i < 3000; i++) {
      node.send(ACME, Entries.rejection("gw", Reason.CLOCK, time.micros()));
    }
    time.advance(Duration.ofHours(30));
    end(node, "gw", number, "quota");
    time.advance(Duration.ofMinutes(2));
    sort();
    assertEquals(List.of("gateway-quota 108000"), ends(told("s")));
  }

  private static List<String> ends(List<String> told) {
    return told.stream().map(text -> text.substring(text.indexOf(' ') + 1)).toList();
  }

  @Test
  void aWillBelongsToItsSession() {
    session = 0;
    long dying = begin(node, "d"); // 1, as the death's
    node.send(ACME, Entries.death("d", "keep-alive", now()));
    end(node, "d", dying, "keep-alive");
    connected(node, "d", "disconnect");
    List<Item> items = page("d", 0, Long.MAX_VALUE, null, 10).items();
    assertEquals(List.of(0, 1), items.stream().map(Item::deaths).toList());
  }

  @Test
  void whatIsDeletedIsNotTold() {
    connected(node, "d", "disconnect");
    long deletedMillis = time.instant().toEpochMilli();
    Mask mask = Mask.of(ACME, new DeviceId("d"), Mask.ALL_TIMES, deletedMillis, 1);
    time.advance(Duration.ofMinutes(1));
    connected(node, "d", "disconnect");
    assertEquals(2, told("d").size());
    Stages.done(folds.writeDeletion(new Deletion(mask, null, null), Mask.kept(Retention.YEAR_1)));
    assertEquals(1, told("d").size());
  }

  @Test
  void anEndThatIsGoneIsUnknownAndASessionThatOutlivesItsEventsIsTold() {
    long now = now();
    long old = now - Duration.ofDays(30).toNanos() / 1000;
    FrameKey frame = new FrameKey(new LaneMinute(node.journal().start(), 0, 1), 1);
    Entry begin = Entries.presence("d", 77, true, "connect", old);
    Stages.done(
        folds.insertEvents(
            List.of(
                new Event(
                    new EventPartition(ACME, new DeviceId("d"), EventPartition.monthOf(old)),
                    EventId.of(frame, 0, old),
                    EntryCodec.encode(begin)))));
    long older = now - Duration.ofDays(100).toNanos() / 1000;
    node.send(ACME, Entries.presence("d", 5, true, "connect", older));
    List<Item> items = page("d", Long.MIN_VALUE, Long.MAX_VALUE, null, 10).items();
    assertEquals(
        List.of(new End.Unknown(), new End.Open()), items.stream().map(Item::end).toList());
  }

  private long now() {
    return time.micros();
  }

  private void connected(Node where, String device, String reason) {
    long number = begin(where, device);
    time.advance(Duration.ofMinutes(1));
    end(where, device, number, reason);
    time.advance(Duration.ofSeconds(5));
  }

  private long begin(Node where, String device) {
    where.send(ACME, Entries.presence(device, ++session, true, "connect", now()));
    return session;
  }

  private void end(Node where, String device, long number, String reason) {
    where.send(ACME, Entries.presence(device, number, false, reason, now()));
  }

  private void sort() {
    Layouts layouts = new Layouts(folds, new MemoryRegistry(), time);
    Sorter sorter = new Sorter(journal, folds, layouts, time, new FoldMeter(), Runnable::run);
    for (Start start : Stages.done(journal.readStarts())) {
      List<LaneCursor> cursors = Stages.done(folds.readLaneCursors(start.id()));
      for (int lane = 0; lane < start.lanes().size(); lane++) {
        int number = lane;
        @Nullable LaneCursor cursor =
            cursors.stream().filter(row -> row.lane() == number).findFirst().orElse(null);
        Stages.done(sorter.sort(start, lane, cursor));
      }
    }
  }

  private ConnectionsAnswer page(
      String device, long fromMicros, long toMicros, @Nullable String beforeId, int limit) {
    return Stages.done(
        reader.connections(
            new ConnectionsRequest(
                ACME, new DeviceId(device), fromMicros, toMicros, beforeId, limit)));
  }

  private List<String> told(String device) {
    return told(page(device, 0, Long.MAX_VALUE, null, 100));
  }

  private List<String> paged(String device, int limit) {
    List<String> told = new ArrayList<>();
    @Nullable String next = null;
    do {
      ConnectionsAnswer page = page(device, 0, Long.MAX_VALUE, next, limit);
      told.addAll(told(page));
      next = page.next();
    } while (next != null);
    return told;
  }

  private static List<String> told(ConnectionsAnswer answer) {
    return answer.items().stream().map(ConnectionsTest::told).toList();
  }

  private static String told(Item item) {
    long begin = EventId.micros(item.id());
    return item.id()
        + switch (item.end()) {
          case End.Open _ -> " open";
          case End.Ended ended -> " " + ended.reason() + " " + (ended.micros() - begin) / 1_000_000;
          case End.NodeLost lost -> " lost " + lost;
          case End.WithGateway _ -> " with gateway";
          case End.Unknown _ -> " unknown";
        };
  }
}
