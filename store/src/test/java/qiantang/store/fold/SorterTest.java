package qiantang.store.fold;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import qiantang.store.codec.BlockCodec.Member;
import qiantang.store.codec.DeviceColumns;
import qiantang.store.fold.FoldTables.Block;
import qiantang.store.fold.FoldTables.BlockKey;
import qiantang.store.fold.FoldTables.LaneCursor;
import qiantang.store.harness.Entries;
import qiantang.store.harness.ManualTime;
import qiantang.store.harness.Node;
import qiantang.store.harness.Stages;
import qiantang.store.journal.JournalTables.Start;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;
import qiantang.store.model.Entry;
import qiantang.store.model.MetricValue;
import qiantang.store.model.Reading;
import qiantang.store.model.Reason;
import qiantang.store.model.Value;

class SorterTest {
  private static final EnterpriseId ACME = new EnterpriseId("acme");
  private static final EnterpriseId BETA = new EnterpriseId("beta");

  private final Sorted world = new Sorted();
  private final ManualTime time = world.time;
  private final Node node = Node.opened(time, world.journal, 1);

  @Test
  void whatDevicesSentIsInTheBlocksBitForBit() {
    Random random = new Random(61);
    List<DeviceId> devices = devices(40);
    List<EnterpriseId> enterprises = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      enterprises.add(new EnterpriseId("e-" + i));
    }
    Node other = Node.opened(time, world.journal, 2);
    for (int i = 0; i < 1500; i++) {
      EnterpriseId enterprise = enterprises.get(random.nextInt(enterprises.size()));
      (random.nextBoolean() ? node : other).send(enterprise, Entries.random(random, devices));
      time.advance(Duration.ofMillis(random.nextInt(1000)));
      if (i % 100 == 0) {
        world.sortAll();
      }
    }
    close();
    world.sortAll();
    for (EnterpriseId enterprise : enterprises) {
      assertEquals(world.inAllFrames(enterprise), world.inBlocks(enterprise));
      assertFalse(world.inBlocks(enterprise).isEmpty());
    }
    assertEquals(0, world.meter.damagedFrames());
    assertEquals(1500, world.meter.frames(), "one message a frame, each sorted once");
  }

  @Test
  void theMinuteBeingWrittenIsNotSorted() {
    send(ACME, "d", 1);
    world.sortAll();
    assertEquals(List.of(), world.blocks(ACME));
    close();
    world.sortAll();
    assertEquals(1, world.blocks(ACME).size());
  }

  @Test
  void aMinuteIsSortedOnce() {
    send(ACME, "d", 1);
    close();
    world.sortAll();
    Map<Integer, LaneCursor> cursors = world.cursors(world.start(1).id());
    FailingFolds counting = new FailingFolds(world.folds);
    world.sortAll(world.sorter(counting));
    assertEquals(0, counting.asked());
    assertEquals(cursors, world.cursors(world.start(1).id()));
  }

  @Test
  void theCursorSaysWhereTheLaneGoesOn() {
    send(ACME, "d", 1);
    time.advance(Duration.ofMinutes(3));
    send(ACME, "d", 2);
    close();
    Start start = world.start(1);
    long minute = start.lanes().getFirst().minute();
    for (int lane = 0; lane < start.lanes().size(); lane++) {
      long sequence = start.lanes().get(lane).storedSequence();
      LaneCursor expected = new LaneCursor(start.id(), lane, minute, sequence, 0);
      assertEquals(expected, Stages.done(world.sorter.sort(start, lane, null)));
      assertEquals(expected, world.cursors(start.id()).get(lane), "idle ones too");
    }
  }

  @Test
  void ofOneMetricAndInstantTheLastToArriveIsKept() {
    for (long value : new long[] {1, 2, 1}) {
      send(ACME, "d", value, 7);
      time.advance(Duration.ofMillis(5));
    }
    long arrivalMillis = time.micros() / 1000 - 5;
    close();
    world.sortAll();
    Block block = only(world.blocks(ACME));
    assertEquals(
        Map.of("d m 7", "Int[value=1] %d true false".formatted(arrivalMillis)),
        Sorted.samples(block));
  }

  @Test
  void ofTwoValuesInOneMessageTheLaterIsKept() {
    MetricValue one = new MetricValue("m", new Value.Int(1));
    MetricValue two = new MetricValue("m", new Value.Int(2));
    MetricValue other = new MetricValue("n", new Value.Int(3));
    DeviceId device = new DeviceId("d");
    node.send(
        ACME,
        new Entry.Readings(
            device,
            time.micros(),
            List.of(
                new Reading(device, 5, true, false, List.of(two, other)),
                new Reading(device, 5, true, false, List.of(one)),
                new Reading(device, 6, true, false, List.of(one, other, two)))));
    long millis = time.micros() / 1000;
    close();
    world.sortAll();
    assertEquals(
        Map.of(
            "d m 5", "Int[value=1] %d true false".formatted(millis),
            "d n 5", "Int[value=3] %d true false".formatted(millis),
            "d m 6", "Int[value=2] %d true false".formatted(millis),
            "d n 6", "Int[value=3] %d true false".formatted(millis)),
        Sorted.samples(only(world.blocks(ACME))));
  }

  @Test
  void rowsAreInOrderOfEventTimeAndThoseOfOneInstantInOrderOfArrival() {
    long[] eventTimes = {9, 7, 8, 7, 7};
    for (int i = 0; i < eventTimes.length; i++) {
      node.send(ACME, Entries.reading("d", "m-" + i, eventTimes[i], time.micros(), i));
      time.advance(Duration.ofMillis(1));
    }
    long last = time.micros() / 1000;
    close();
    world.sortAll();
    DeviceColumns rows = only(Sorted.members(only(world.blocks(ACME)))).columns();
    List<String> found = new ArrayList<>();
    for (int row = 0; row < rows.rows(); row++) {
      found.add(rows.eventTimeMicros(row) + " " + (last - rows.arrivalMillis(row)));
    }
    assertEquals(List.of("7 4", "7 2", "7 1", "8 3", "9 5"), found);
  }

  @Test
  void aValueSentAgainInALaterMinuteIsLaterInTheOrderOfBlocks() {
    for (long value : new long[] {1, 2, 1}) {
      send(ACME, "d", value, 7);
      time.advance(Duration.ofMinutes(1));
    }
    close();
    world.sortAll();
    List<Block> blocks = world.blocks(ACME);
    assertEquals(3, blocks.size());
    assertEquals(world.inAllFrames(ACME), world.inBlocks(ACME));
    assertTrue(world.inBlocks(ACME).getOrDefault("d m 7", "").startsWith("Int[value=1]"));
  }

  @Test
  void aBlockHoldsOneGroupOfOneEnterprise() {
    for (DeviceId device : devices(100)) {
      send(ACME, device.text(), 1);
      send(BETA, device.text(), 2);
    }
    close();
    world.sortAll();
    for (EnterpriseId enterprise : List.of(ACME, BETA)) {
      Map<Integer, Set<DeviceId>> byGroup = new TreeMap<>();
      for (Block block : world.blocks(enterprise)) {
        BlockKey key = block.key();
        assertEquals(enterprise, key.partition().enterprise());
        assertEquals(Math.floorDiv(key.minute(), 60), key.partition().hour());
        for (Member member : Sorted.members(block)) {
          assertEquals(key.partition().group(), Layout.USUAL.groupOf(member.device()));
          byGroup
              .computeIfAbsent(key.partition().group(), group -> new HashSet<>())
              .add(member.device());
        }
      }
      assertEquals(Layout.USUAL.groupCount(), byGroup.size());
      assertEquals(100, byGroup.values().stream().mapToInt(Set::size).sum());
      assertEquals(world.inAllFrames(enterprise), world.inBlocks(enterprise));
    }
  }

  @Test
  void blocksFollowTheLayoutOfTheDayTheyArrived() {
    DeviceId fast = new DeviceId("fast");
    long today = Math.floorDiv(time.minute(), Layout.DAY_MINUTES);
    TreeMap<DeviceId, Integer> fastOnes = new TreeMap<>(Map.of(fast, 60));
    Stages.done(world.folds.insertLayout(ACME, new Layout(today + 1, 2, 15, fastOnes)));
    long todayMicros = time.micros();
    for (int day = 0; day < 2; day++) {
      send(ACME, "slow", day, todayMicros + 1 - day); // also of yesterday's event time
      send(ACME, "fast", day, todayMicros + 1 - day);
      close();
      time.advance(Duration.ofDays(1));
    }
    world.sortAll();
    List<String> found = new ArrayList<>();
    for (Block block : world.blocks(ACME)) {
      DeviceId device = only(Sorted.members(block)).device();
      long day = Math.floorDiv(block.key().minute(), Layout.DAY_MINUTES) - today;
      found.add(device + " " + day + " " + block.key().partition().group());
    }
    int before = Layout.USUAL.groupOf(new DeviceId("slow"));
    int fastBefore = Layout.USUAL.groupOf(fast);
    int after = new Layout(0, 2, 15, fastOnes).groupOf(new DeviceId("slow"));
    assertEquals(
        Set.of("slow 0 " + before, "fast 0 " + fastBefore, "slow 1 " + after, "fast 1 2"),
        Set.copyOf(found));
    assertEquals(4, found.size());
  }

  @Test
  void onlyReadingsGoIntoBlocks() {
    node.send(ACME, Entries.presence("d", 1, true, "connect", time.micros()));
    node.send(ACME, Entries.rejection("d", Reason.CLOCK, time.micros()));
    node.send(ACME, new Entry.Birth(new DeviceId("d"), "d", new DeviceId("g"), null, 1));
    node.send(ACME, new Entry.Readings(new DeviceId("d"), time.micros(), List.of()));
    close();
    world.sortAll();
    assertEquals(List.of(), world.blocks(ACME));
    assertEquals(4, world.meter.frames());
    assertEquals(
        4,
        world.cursors(world.start(1).id()).values().stream().mapToLong(LaneCursor::sequence).sum());
  }

  @Test
  void aLargeMinuteIsSortedInPiecesThatAreTheSameInEveryRun() {
    int frames = 3 * LaneSort.PIECE_BYTES / 2 / 240_000;
    for (int i = 0; i < frames; i++) {
      node.send(ACME, large(i));
    }
    close();
    world.sortAll();
    List<Block> blocks = world.blocks(ACME);
    List<Long> ends = blocks.stream().map(block -> block.key().sequence()).distinct().toList();
    assertEquals(2, ends.size());
    assertEquals((long) frames, ends.getLast());
    assertEquals(world.inAllFrames(ACME), world.inBlocks(ACME));
    String last = world.inBlocks(ACME).getOrDefault("d last 1", "");
    assertTrue(last.contains("value=" + (frames - 1) + "]"), last);
    Start start = world.start(1);
    for (int lane = 0; lane < start.lanes().size(); lane++) {
      Stages.done(world.sorter.sort(start, lane, null));
    }
    assertEquals(
        blocks.stream().map(Block::key).toList(),
        world.blocks(ACME).stream().map(Block::key).toList());
  }

  @Test
  void nothingIsDecodedOnTheThreadOfTheCallerOrOfTheDatabase() {
    send(ACME, "d", 1);
    close();
    List<Runnable> tasks = new ArrayList<>();
    Sorter sorter =
        new Sorter(
            world.journal, world.folds, world.layouts(world.folds), time, world.meter, tasks::add);
    Start start = world.start(1);
    for (int lane = 0; lane < start.lanes().size(); lane++) {
      var sorted = sorter.sort(start, lane, null).toCompletableFuture();
      while (!sorted.isDone()) {
        assertEquals(1, tasks.size(), "one thread at a time");
        tasks.removeFirst().run();
      }
    }
    assertEquals(1, world.blocks(ACME).size());
  }

  @Test
  void theMeterCountsWhatWasSorted() {
    send(ACME, "d", 1);
    send(BETA, "d", 1);
    close();
    world.sortAll();
    assertEquals(2, world.meter.frames());
    assertEquals(2, world.meter.blocks());
    long bytes = world.blocks(ACME).getFirst().bytes().length;
    assertEquals(bytes + world.blocks(BETA).getFirst().bytes().length, world.meter.blockBytes());
    assertTrue(world.meter.frameBytes() > 0);
  }

  /** An entry of about 240 kB of one device, and one value of an instant that all have. */
  private Entry large(int number) {
    List<MetricValue> values = new ArrayList<>();
    Random random = new Random(number);
    for (int i = 0; i < 60; i++) {
      StringBuilder text = new StringBuilder();
      while (text.length() < 4000) {
        text.append((char) ('!' + random.nextInt(90)));
      }
      values.add(new MetricValue("text-" + i, new Value.Text(text.toString())));
    }
    DeviceId device = new DeviceId("d");
    MetricValue last = new MetricValue("last", new Value.Int(number));
    return new Entry.Readings(
        device,
        time.micros(),
        List.of(
            new Reading(device, 1000 + number, true, false, values),
            new Reading(device, 1, true, false, List.of(last))));
  }

  /** The minute that is written becomes a closed one. */
  private void close() {
    time.advance(Duration.ofMinutes(1).plusSeconds(5));
  }

  private void send(EnterpriseId enterprise, String device, long value) {
    send(enterprise, device, value, time.micros());
  }

  private void send(EnterpriseId enterprise, String device, long value, long eventTimeMicros) {
    node.send(enterprise, Entries.reading(device, "m", eventTimeMicros, time.micros(), value));
  }

  private static List<DeviceId> devices(int count) {
    List<DeviceId> devices = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      devices.add(new DeviceId("device-" + i));
    }
    return devices;
  }

  private static <T> T only(List<T> list) {
    assertEquals(1, list.size());
    return list.getFirst();
  }
}
