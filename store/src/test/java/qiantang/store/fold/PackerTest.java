package qiantang.store.fold;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static qiantang.store.fold.PackerWorld.ENTERPRISE;
import static qiantang.store.fold.PackerWorld.MIDNIGHT;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import qiantang.store.codec.BlockCodec;
import qiantang.store.codec.ChunkCodec;
import qiantang.store.codec.ColumnsBuilder;
import qiantang.store.codec.DeviceColumns;
import qiantang.store.codec.Versions;
import qiantang.store.fold.FoldTables.Block;
import qiantang.store.fold.FoldTables.BlockKey;
import qiantang.store.fold.FoldTables.BlockPartition;
import qiantang.store.fold.FoldTables.Chunk;
import qiantang.store.fold.FoldTables.ChunkKey;
import qiantang.store.fold.FoldTables.State;
import qiantang.store.fold.FoldTables.StatePartition;
import qiantang.store.fold.PackerWorld.Row;
import qiantang.store.harness.Stages;
import qiantang.store.model.DeviceId;
import qiantang.store.model.Value;

class PackerTest {
  private static final long MINUTE = Arrived.MINUTE_MICROS;
  private static final DeviceId PUMP = new DeviceId("pump");
  // Ten in the morning: no border of a day is near.
  private static final long TEN = MIDNIGHT + 600;

  @Test
  void aSpanIsPackedWhenNothingOnTimeCanComeAnyMore() {
    PackerWorld world = new PackerWorld();
    world.arrive(Arrived.of(TEN + 3, 1, "pump", (TEN + 3) * MINUTE, 7));
    assertEquals(Map.of(), world.pack(TEN + 16).chunks());
    assertEquals(1, world.pack(TEN + 17).chunks().size());
    assertEquals(Optional.of(TEN + 15), packedMinute(world));
  }

  @Test
  void whatComesMinutesEarlyOrLateIsInTheRowOfItsSpan() {
    PackerWorld world = new PackerWorld();
    world.arrive(
        Arrived.of(TEN - 5, 1, "pump", TEN * MINUTE, 1),
        Arrived.of(TEN + 16, 2, "pump", (TEN + 14) * MINUTE, 2));
    world.pack(TEN + 32);
    assertEquals(List.of(new Row(PUMP, TEN, TEN)), List.copyOf(world.packedRows().keySet()));
  }

  @Test
  void whatComesEarlierOrLaterHasARowOfTheSpanItCameIn() {
    PackerWorld world = new PackerWorld();
    world.arrive(
        Arrived.of(TEN - 6, 1, "pump", TEN * MINUTE, 1),
        Arrived.of(TEN + 1, 2, "pump", TEN * MINUTE, 2),
        Arrived.of(TEN + 17, 3, "pump", TEN * MINUTE, 3));
    world.pack(TEN + 32);
    assertEquals(
        List.of(
            new Row(PUMP, TEN, TEN - 15), new Row(PUMP, TEN, TEN), new Row(PUMP, TEN, TEN + 15)),
        List.copyOf(world.packedRows().keySet()));
    assertEquals(3, world.meter().samples());
    assertEquals(1, world.meter().lateSamples());
    assertEquals(List.of("m=3"), newest(world, PUMP));
  }

  @Test
  void ofOneIdentityTheLastArrivalWinsAcrossMinutesQuartersAndNodes() {
    PackerWorld world = new PackerWorld();
    long event = (TEN + 1) * MINUTE;
    world.arrive(
        Arrived.of(TEN + 1, 2, 1, "pump", event, 1), // v1 on node 2
        Arrived.of(TEN + 1, 3, 1, "pump", event, 2), // v2 on node 3, in the same minute
        Arrived.of(TEN + 2, 1, 1, "pump", event, 1), // v1 on node 1, a minute later
        Arrived.of(TEN + 40, 1, 2, "pump", event, 2), // v2, late
        Arrived.of(TEN + 41, 1, 3, "pump", event, 1)); // v1, in the same quarter
    world.pack(TEN + 32);
    assertEquals(List.of("m=1"), newest(world, PUMP));
    world.pack(TEN + 47);
    assertEquals(List.of("m=1"), newest(world, PUMP));
    assertEquals(2, world.chunks().size());
    assertEquals(world.expectedRows(TEN + 47), world.packedRows());
  }

  @Test
  void aStateDoesNotGoBackForALateReadingButForgetsNoMetric() {
    PackerWorld world = new PackerWorld();
    world.arrive(
        Arrived.of(TEN + 1, 1, "pump", (TEN + 1) * MINUTE, 5),
        Arrived.of(TEN + 20, 2, "pump", (TEN - 100) * MINUTE, 4));
    world.pack(TEN + 32);
    assertEquals(List.of("m=5"), newest(world, PUMP));
    assertEquals(TEN + 15, states(world).getFirst().arrival());
  }

  @Test
  void onlyDevicesOfTheStepHaveTheirStatesWritten() {
    PackerWorld world = new PackerWorld(new Layout(0, 1, 15, new TreeMap<>()));
    world.arrive(
        Arrived.of(TEN, 1, "pump", TEN * MINUTE, 1),
        Arrived.of(TEN, 2, "fan", TEN * MINUTE, 1),
        Arrived.of(TEN + 15, 3, "fan", (TEN + 15) * MINUTE, 2));
    world.pack(TEN + 17);
    WatchedFolds way = world.pack(TEN + 32);
    assertEquals(List.of("fan"), way.states().stream().map(s -> s.device().text()).toList());
    assertEquals(1, way.stateReads());
  }

  @Test
  void aNewLayoutHoldsForItsDaysEventsAndForWhatArrivesInIt() {
    Layout before = new Layout(0, 2, 15, new TreeMap<>());
    Layout after =
        new Layout(MIDNIGHT / Layout.DAY_MINUTES, 5, 60, new TreeMap<>(Map.of(PUMP, 120)));
    PackerWorld world = new PackerWorld(before, after);
    world.arrive(
        Arrived.of(MIDNIGHT - 3, 1, "pump", (MIDNIGHT - 4) * MINUTE, 1),
        Arrived.of(MIDNIGHT - 2, 2, "pump", MIDNIGHT * MINUTE, 2), // of the next day, early
        Arrived.of(MIDNIGHT + 1, 3, "pump", (MIDNIGHT - 1) * MINUTE, 3), // of the day before
        Arrived.of(MIDNIGHT + 130, 4, "pump", (MIDNIGHT - 30) * MINUTE, 4));
    world.pack(MIDNIGHT + 200);
    assertEquals(world.expectedRows(MIDNIGHT + 200), world.packedRows());
    assertEquals(
        List.of(
            new Row(PUMP, MIDNIGHT - 30, MIDNIGHT + 120),
            new Row(PUMP, MIDNIGHT - 15, MIDNIGHT - 15),
            new Row(PUMP, MIDNIGHT, MIDNIGHT)),
        List.copyOf(world.packedRows().keySet()));
    for (ChunkKey key : world.chunks().keySet()) {
      boolean isOld = key.span() < MIDNIGHT;
      assertEquals(isOld ? before.groupOf(PUMP) : 5, key.partition().group());
      assertEquals(isOld ? MIDNIGHT - 1440 : MIDNIGHT, key.partition().period());
    }
    assertEquals(world.expectedStates(before, MIDNIGHT + 200), world.storedStates(before));
    assertEquals(world.expectedStates(after, MIDNIGHT + 200), world.storedStates(after));
    assertEquals(1, world.storedStates(before).size());
    assertEquals(1, world.storedStates(after).size());
  }

  @Test
  void aFastDeviceHasPartitionsOfItsOwn() {
    PackerWorld world = new PackerWorld(new Layout(0, 3, 15, new TreeMap<>(Map.of(PUMP, 30))));
    world.arrive(
        Arrived.of(TEN, 1, "pump", TEN * MINUTE, 1),
        Arrived.of(TEN + 20, 2, "pump", (TEN + 20) * MINUTE, 2),
        Arrived.of(TEN + 40, 3, "pump", (TEN + 40) * MINUTE, 3));
    world.pack(TEN + 60);
    assertEquals(
        List.of(TEN, TEN, TEN + 30),
        world.chunks().keySet().stream().map(key -> key.partition().period()).sorted().toList());
    assertTrue(world.chunks().keySet().stream().allMatch(key -> key.partition().group() == 3));
  }

  @Test
  void aSensorOfAThousandReadingsASecondIsPackedInPartsAndInLittleMemory() {
    PackerWorld world = new PackerWorld();
    world.arrive(Arrived.of(TEN, 1, "pump", TEN * MINUTE - 60 * MINUTE, 1));
    world.arrive(Arrived.of(TEN + 15, 1, "pump", TEN * MINUTE - 60 * MINUTE, 1));
    Random random = new Random(7);
    for (int minute = 0; minute < 15; minute++) {
      ColumnsBuilder builder = new ColumnsBuilder();
      for (int i = 0; i < 60_000; i++) {
        long micros = (TEN + minute) * MINUTE + i * 1000L;
        Value value = new Value.Real(random.nextInt(10_000) / 10.0);
        builder.add(micros, micros + 20_000, true, false, "m", value);
      }
      BlockCodec.Member member = new BlockCodec.Member(PUMP, builder.build());
      for (byte[] bytes : BlockCodec.encode(List.of(member))) {
        insert(world, TEN + minute, 1000 + minute, bytes);
      }
    }
    long sliceBytesMax = 4_000_000; // of 22 million
    Packer packer = world.packer(world.way(), sliceBytesMax, Runnable::run);
    Stages.done(packer.pack(ENTERPRISE, TEN + 17));
    List<Chunk> parts =
        world.chunks().values().stream().filter(chunk -> chunk.key().span() == TEN).toList();
    assertEquals(900_000, parts.stream().mapToLong(part -> decoded(part).samples()).sum());
    assertTrue(parts.stream().allMatch(part -> part.bytes().length <= ChunkCodec.PART_BYTES_MAX));
    long[] begins = new long[parts.size()];
    parts.forEach(part -> begins[part.key().part()] = decoded(part).eventTimeMicros(0));
    long[] ascending = begins.clone();
    Arrays.sort(ascending);
    assertEquals(TEN * MINUTE, begins[0]);
    assertTrue(Arrays.equals(ascending, begins), "parts count in order of event time");
    Stages.done(world.packer(world.way()).pack(ENTERPRISE, TEN + 17));
    assertEquals(1, states(world).size());
  }

  @Test
  void daysThatAreReplayedBesideLiveDataGetARowASpan() {
    PackerWorld world = new PackerWorld();
    List<Arrived> readings = new ArrayList<>();
    for (int i = 0; i < 2000; i++) {
      readings.add(Arrived.of(TEN, i + 1, "pump", (TEN - 5L * i) * MINUTE, i));
      readings.add(Arrived.of(TEN, i + 5001, "fan", TEN * MINUTE + i, i));
    }
    readings.add(Arrived.of(TEN, 3000, "pump", (TEN - 3652L * 1440) * MINUTE, 1)); // ten years ago
    world.arrive(readings);
    world.pack(TEN + 17);
    assertEquals(world.expectedRows(TEN + 17), world.packedRows());
    assertTrue(world.packedRows().size() > 660, "a row for each quarter hour of a week");
  }

  @Test
  void rowsAreKeptUntilTheirEventsAreTooOldAndAnHourAtLeast() {
    PackerWorld world = new PackerWorld();
    long now = world.time().minute();
    long retention = 3653L * 1440;
    long quarter = world.layouts().spanStart(now - 60);
    long old = world.layouts().spanStart(now - retention - 600);
    long future = quarter + 5L * 1440;
    world.arrive(
        Arrived.of(quarter, 1, "pump", quarter * MINUTE, 1),
        Arrived.of(quarter, 2, "pump", old * MINUTE, 1),
        Arrived.of(quarter, 3, "fan", old * MINUTE, 1),
        Arrived.of(quarter, 4, "pump", future * MINUTE, 1));
    WatchedFolds way = world.pack(quarter + 17);
    Map<Long, Duration> kept = new TreeMap<>();
    way.timesToLive().forEach((key, duration) -> kept.put(key.span(), duration));
    Duration sinceNow = Duration.ofMinutes(quarter + 15 - now).minusSeconds(30);
    assertEquals(
        Map.of(
            quarter, Duration.ofMinutes(retention).plus(sinceNow),
            old, Duration.ofHours(1),
            future, Duration.ofMinutes(retention + 1440)), // no longer than a wrong clock asks
        kept);
    Map<String, Duration> states = new TreeMap<>();
    way.statesKept().forEach((state, duration) -> states.put(state.device().text(), duration));
    assertEquals(
        Map.of("pump", Duration.ofMinutes(retention + 1440), "fan", Duration.ofHours(1)), states);
  }

  @Test
  void whatIsLeftIsTheFirstMinuteThatMayHaveDataAndDueWhenItsSpanIs() {
    for (int span : new int[] {15, 360, 1440}) {
      PackerWorld world = new PackerWorld(new Layout(Long.MIN_VALUE, 8, span, new TreeMap<>()));
      Packer packer = world.packer(world.tables());
      assertEquals(
          new Unpacked(TEN, spanDue(TEN, span)), Stages.done(packer.pack(ENTERPRISE, TEN)));
      long arrived = MIDNIGHT + 5;
      world.arrive(Arrived.of(arrived, 1, "pump", arrived * MINUTE, 1));
      long due = spanDue(arrived, span);
      Unpacked before = Stages.done(packer.pack(ENTERPRISE, due - 1));
      assertEquals(new Unpacked(arrived, due), before, "span " + span);
      Unpacked behind = Stages.done(packer.pack(ENTERPRISE, due + 2000));
      assertEquals(due + 2000, behind.minute(), "nothing came since");
    }
  }

  private static long spanDue(long minute, int span) {
    return Math.floorDiv(minute, span) * span + span + LayoutHistory.LATE_MINUTES;
  }

  @Test
  void aDamagedBlockIsCountedAndTheOthersArePacked() {
    PackerWorld world = new PackerWorld();
    world.arrive(Arrived.of(TEN, 1, "pump", TEN * MINUTE, 1));
    insert(world, TEN, 2, new byte[] {1, 2, 3});
    insert(world, TEN + 14, 3, new byte[0]);
    insert(world, TEN + 16, 4, new byte[0]); // of the next step, though this one meets it
    world.pack(TEN + 17);
    assertEquals(2, world.meter().damagedBlocks());
    assertEquals(world.expectedRows(TEN + 17), world.packedRows());
    assertEquals(Optional.of(TEN + 15), packedMinute(world));
    world.pack(TEN + 32);
    assertEquals(3, world.meter().damagedBlocks());
  }

  @Test
  void aBlockOfANewerVersionIsNotPassed() {
    PackerWorld world = new PackerWorld();
    world.arrive(
        Arrived.of(TEN, 1, "pump", TEN * MINUTE, 1),
        Arrived.of(TEN + 15, 2, "pump", (TEN + 15) * MINUTE, 2));
    world.pack(TEN + 17);
    byte[] block =
        BlockCodec.encode(List.of(new BlockCodec.Member(PUMP, decoded(states(world).getFirst()))))
            .getFirst();
    insert(world, TEN + 16, 3, Versions.of(2, block));
    Packer packer = world.packer(world.tables());
    Throwable error = Stages.failure(packer.pack(ENTERPRISE, TEN + 32));
    assertTrue(String.valueOf(error.getMessage()).contains("a block of version 2"));
    assertEquals(Optional.of(TEN + 15), packedMinute(world));
    assertEquals(0, world.meter().damagedBlocks());
  }

  @Test
  void aDamagedStateIsCountedAndBegunAnew() {
    PackerWorld world = new PackerWorld();
    world.arrive(
        Arrived.of(TEN, 1, "pump", TEN * MINUTE, 1),
        Arrived.of(TEN + 15, 2, "pump", (TEN + 15) * MINUTE, 2));
    world.pack(TEN + 17);
    State state = states(world).getFirst();
    State damaged =
        new State(state.partition(), state.device(), 0, state.arrival(), new byte[] {9});
    Stages.done(world.tables().writeStates(List.of(damaged), Duration.ofDays(1)));
    world.pack(TEN + 32);
    assertEquals(1, world.meter().damagedStates());
    assertEquals(List.of("m=2"), newest(world, PUMP));
  }

  @Test
  void whereWhereaboutsSayThatNothingCameNothingIsReadAndOneMinuteIsWritten() {
    PackerWorld world = new PackerWorld();
    world.arrive(Arrived.of(TEN, 1, "pump", TEN * MINUTE, 1));
    world.pack(TEN + 60);
    WatchedFolds way = world.pack(TEN + 9 * 1440);
    assertEquals(0, way.blockReads().size());
    assertEquals(List.of(TEN + 9 * 1440 - 15), way.packedMinutes());
    assertEquals(List.of(), world.pack(TEN + 9 * 1440).packedMinutes());
    // Another node, ten days later.
    world.arrive(Arrived.of(TEN + 14400, 2, 1, "pump", (TEN + 14399) * MINUTE, 2));
    way = world.pack(TEN + 14400 + 32);
    assertTrue(way.blockReads().size() < 60, "reads " + way.blockReads().size());
    assertEquals(world.expectedRows(TEN + 14432), world.packedRows());
  }

  @Test
  void whatCameJustBeforeItsWhereaboutsWereDueIsNotPassedBy() {
    PackerWorld world = new PackerWorld();
    long last = TEN - 3;
    world.arrive(Arrived.of(last - 29, 1, "pump", (last - 29) * MINUTE, 1));
    world.arriveByOldWhereabouts(List.of(Arrived.of(last, 2, "pump", TEN * MINUTE, 2)));
    world.pack(TEN + 100);
    assertEquals(world.expectedRows(TEN + 100), world.packedRows());
    assertEquals(2, world.packedRows().size());
  }

  @Test
  void aLaneThatIsUsedAgainAfterASilenceOfDaysCostsOneLookAnHour() {
    PackerWorld world = new PackerWorld();
    long back = TEN + 6 * 1440 + 7;
    world.arrive(
        Arrived.of(TEN, 1, "pump", TEN * MINUTE, 1), Arrived.of(back, 2, "pump", back * MINUTE, 2));
    WatchedFolds way = world.pack(back + 32);
    assertEquals(world.expectedRows(back + 32), world.packedRows());
    int looks = 6 * 24 * 9; // 8 groups and the records
    assertTrue(way.blockReads().size() < looks + 100, "reads " + way.blockReads().size());
    assertTrue(way.packedMinutes().size() <= 4, "writes " + way.packedMinutes());
  }

  @Test
  void thousandsOfStepsGrowNeitherStackNorReads() {
    PackerWorld world = new PackerWorld(new Layout(0, 1, 15, new TreeMap<>()));
    List<Arrived> readings = new ArrayList<>();
    for (int i = 0; i < 5000; i++) {
      readings.add(Arrived.of(TEN + 15L * i + 7, i + 1, "pump", (TEN + 15L * i + 7) * MINUTE, i));
    }
    world.arrive(readings);
    WatchedFolds way = world.pack(TEN + 15L * 5000 + 2);
    assertEquals(world.expectedRows(TEN + 15L * 5000 + 2), world.packedRows());
    assertEquals(5000, new HashSet<>(way.packedMinutes()).size());
  }

  @Test
  void anEnterpriseThatLeftNoTraceHasNothingWritten() {
    WatchedFolds way = new PackerWorld().pack(TEN);
    assertEquals(List.of(), way.packedMinutes());
    assertEquals(0, way.blockReads().size());
  }

  @Test
  void aStateOfMoreThanAPartLosesNothing() {
    PackerWorld world = new PackerWorld();
    List<Arrived> readings = new ArrayList<>();
    for (int i = 0; i < 44; i++) {
      readings.add(StateRowsTest.text(TEN + i, i + 1, "pump", "metric-" + i, 3000, i));
    }
    world.arrive(readings);
    boolean isParted = false;
    for (long limit = TEN; limit < TEN + 80; limit += 5) {
      int before = states(world).size();
      List<Integer> asked = world.pack(limit).states().stream().map(State::part).toList();
      if (before == 1 && states(world).size() > 1) {
        isParted = true;
        assertEquals(0, asked.getLast(), "new parts are stored before the one that gave to them");
      }
      List<String> stored = new ArrayList<>();
      states(world).forEach(state -> stored.addAll(PackerWorld.texts(decoded(state))));
      List<String> expected = new ArrayList<>();
      world.expectedStates(Layout.USUAL, limit).values().forEach(expected::addAll);
      assertEquals(expected.stream().sorted().toList(), stored.stream().sorted().toList());
    }
    assertTrue(isParted);
  }

  private static void insert(PackerWorld world, long minute, long sequence, byte[] bytes) {
    int group = world.layouts().at(minute).groupOf(PUMP);
    BlockPartition partition = new BlockPartition(ENTERPRISE, group, Math.floorDiv(minute, 60));
    BlockKey key = new BlockKey(partition, minute, Arrived.start(1), 0, sequence, bytes.length);
    Stages.done(world.tables().insertBlocks(List.of(new Block(key, bytes))));
  }

  private static Optional<Long> packedMinute(PackerWorld world) {
    return Stages.done(world.tables().readPackedMinute(ENTERPRISE));
  }

  private static DeviceColumns decoded(Chunk chunk) {
    return PackerWorld.decoded(chunk.bytes());
  }

  private static DeviceColumns decoded(State state) {
    return PackerWorld.decoded(state.bytes());
  }

  /** The states of the pump's group by the usual layout. */
  private static List<State> states(PackerWorld world) {
    int group = Layout.USUAL.groupOf(PUMP);
    StatePartition partition = new StatePartition(ENTERPRISE, Layout.USUAL.fromDay(), group);
    return Stages.done(world.tables().readStates(partition, null));
  }

  private static List<String> newest(PackerWorld world, DeviceId device) {
    return states(world).stream()
        .filter(state -> state.device().equals(device))
        .flatMap(state -> PackerWorld.texts(decoded(state)).stream())
        .map(text -> text.substring(text.lastIndexOf(' ') + 1))
        .map(text -> text.replaceAll("Int\\[value=(.*)]", "$1"))
        .toList();
  }
}
