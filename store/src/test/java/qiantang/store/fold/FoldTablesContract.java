package qiantang.store.fold;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static qiantang.store.fold.FoldRows.assertBlocks;
import static qiantang.store.fold.FoldRows.assertChunks;
import static qiantang.store.fold.FoldRows.assertStates;
import static qiantang.store.fold.FoldRows.bytes;
import static qiantang.store.fold.FoldRows.keys;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import qiantang.store.fold.FoldTables.Block;
import qiantang.store.fold.FoldTables.BlockKey;
import qiantang.store.fold.FoldTables.BlockPartition;
import qiantang.store.fold.FoldTables.Chunk;
import qiantang.store.fold.FoldTables.ChunkKey;
import qiantang.store.fold.FoldTables.ChunkPartition;
import qiantang.store.fold.FoldTables.LaneCursor;
import qiantang.store.fold.FoldTables.Packing;
import qiantang.store.fold.FoldTables.State;
import qiantang.store.fold.FoldTables.StatePartition;
import qiantang.store.fold.FoldTables.Summarized;
import qiantang.store.harness.Stages;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;
import qiantang.store.model.StartId;
import qiantang.store.registry.Retention;

/**
 * What every implementation of the folds' tables does. The tables may be shared by all tests of the
 * class: each has a start and two enterprises of its own.
 */
public abstract class FoldTablesContract {
  private static final long MINUTE = 29_474_400;
  private static final long HOUR = MINUTE / 60;
  private static final long FIRST = Long.MIN_VALUE;
  private static final long LAST = Long.MAX_VALUE;
  private static final Duration DAY = Duration.ofDays(1);
  private static final int BLOCK_BYTES = 1024 * 1024;
  private static final int PART_BYTES = 64 * 1024;
  private static final byte[] NONE = {};
  private static final DeviceId DEVICE = new DeviceId("pump-1");

  private StartId start = new StartId(new UUID(0, 0));
  private EnterpriseId enterprise = EnterpriseId.OPERATOR;
  private EnterpriseId other = EnterpriseId.OPERATOR;

  /** The tables under test. */
  protected abstract FoldTables tables();

  @BeforeEach
  final void name(TestInfo test) {
    String name = test.getDisplayName();
    start = new StartId(UUID.nameUUIDFromBytes(name.getBytes(UTF_8)));
    enterprise = new EnterpriseId("e-" + Integer.toHexString(name.hashCode()));
    other = new EnterpriseId(enterprise.text() + "-1");
  }

  @Test
  void everythingWorksWhenEmpty() {
    assertEquals(List.of(), read(blocks(), FIRST, LAST));
    assertEquals(List.of(), Stages.await(tables().readLaneCursors(start)));
    assertEquals(Optional.empty(), Stages.await(tables().readPackedMinute(enterprise)));
    assertEquals(List.of(), read(chunks(), DEVICE, FIRST, LAST));
    assertEquals(List.of(), read(states(), null));
    assertEquals(List.of(), read(states(), DEVICE));
    assertEquals(List.of(), Stages.await(tables().readLayouts(enterprise)));
    insertBlocks(List.of());
    insertChunks(List.of());
    writeStates(List.of());
  }

  @Test
  void blocksComeInOrderOfArrivalWhateverTheOrderOfTheirRows() {
    Set<BlockKey> keys = new HashSet<>();
    for (long number : List.of(FIRST, -2L, -1L, 0L, 1L, 256L, 1L << 40, LAST - 1)) {
      keys.add(key(blocks(), number, 0, 1, 1));
      keys.add(key(blocks(), MINUTE, 0, number, 1));
      keys.add(key(blocks(), MINUTE, 0, 1, number));
      keys.add(key(blocks(), MINUTE, (int) Math.floorMod(number, 1L << 31), 2, 2));
      // A random one has version 4 and either sign.
      for (long version : List.of(0x1000L, 0x4000L, 0x7000L)) {
        StartId from = new StartId(new UUID((number & ~0xF000L) | version, number));
        keys.add(new BlockKey(blocks(), MINUTE, from, 3, 3, 3));
      }
    }
    insertBlocks(keys.stream().map(key -> new Block(key, bytes(key.digest(), 10))).toList());
    assertEquals(keys.stream().sorted().toList(), keys(read(blocks(), FIRST, LAST)));
  }

  @Test
  void blocksOfARangeOfMinutesComeAlong() {
    List<Block> blocks = new ArrayList<>();
    for (int minute = 0; minute < 6; minute++) {
      for (int lane = 0; lane < 2; lane++) {
        blocks.add(block(key(blocks(), MINUTE + minute, lane, 1, 1), 10));
      }
    }
    insertBlocks(blocks);
    assertBlocks(blocks.subList(4, 8), read(blocks(), MINUTE + 2, MINUTE + 4));
    assertEquals(List.of(), read(blocks(), MINUTE + 2, MINUTE + 2));
    assertEquals(List.of(), read(blocks(), MINUTE - 9, MINUTE));
  }

  @Test
  void aRepeatOfABlockChangesNothingAndAnotherContentIsAnotherRow() {
    Block block = block(key(blocks(), MINUTE, 0, 7, -5), 1000);
    Block rival = block(key(blocks(), MINUTE, 0, 7, 5), 1000);
    for (int i = 0; i < 3; i++) {
      insertBlocks(List.of(block));
    }
    assertBlocks(List.of(block), read(blocks(), MINUTE, MINUTE + 1));
    insertBlocks(List.of(rival, block));
    assertBlocks(List.of(block, rival), read(blocks(), MINUTE, MINUTE + 1));
  }

  @Test
  void blocksOfManyPartitionsGoEachToItsOwn() {
    List<Block> blocks = new ArrayList<>();
    for (EnterpriseId owner : List.of(enterprise, other)) {
      for (int group = 0; group < 50; group++) {
        for (long hour : List.of(-1L, HOUR, HOUR + 1)) {
          BlockPartition in = new BlockPartition(owner, group, hour);
          blocks.add(block(key(in, hour * 60, 0, 1, blocks.size()), 100));
          blocks.add(block(key(in, hour * 60, 0, 1, blocks.size()), 100));
        }
      }
    }
    List<Block> shuffled = new ArrayList<>(blocks);
    Collections.shuffle(shuffled, new Random(1));
    insertBlocks(shuffled);
    for (int i = 0; i < blocks.size(); i += 2) {
      BlockPartition in = blocks.get(i).key().partition();
      assertBlocks(blocks.subList(i, i + 2), read(in, FIRST, LAST));
    }
  }

  @Test
  void theLargestBlocksComeWholeAndMoreThanAPageOfThem() {
    List<Block> blocks = new ArrayList<>();
    for (int sequence = 0; sequence < 100; sequence++) { // a page has 32
      int bytes = sequence % 10 == 0 ? BLOCK_BYTES : 100_000;
      blocks.add(block(key(blocks(), MINUTE, 0, sequence, sequence), bytes));
    }
    insertBlocks(blocks);
    assertBlocks(blocks, read(blocks(), MINUTE, MINUTE + 1));
  }

  @Test
  void aLaneCursorIsReadAsItWasWritten() {
    LaneCursor first = new LaneCursor(start, 0, MINUTE, 812, 3);
    LaneCursor last = new LaneCursor(start, 15, MINUTE + 2, 0, 0);
    StartId stranger = new StartId(new UUID(start.id().getLeastSignificantBits(), 7));
    for (LaneCursor cursor :
        List.of(last, first, first, new LaneCursor(stranger, 1, MINUTE, 1, 0))) {
      Stages.await(tables().writeLaneCursor(cursor));
    }
    assertEquals(List.of(first, last), Stages.await(tables().readLaneCursors(start)));
  }

  @Test
  void aLaneCursorThatComesLateTurnsNothingBack() {
    LaneCursor before = new LaneCursor(start, 4, MINUTE, 900, 9);
    // Smaller in all it says but the minute: it is taken whole.
    LaneCursor later = new LaneCursor(start, 4, MINUTE + 1, 5, 0);
    LaneCursor last = new LaneCursor(start, 4, MINUTE + 2, 6, 0);
    List<LaneCursor> written =
        List.of(before, later, new LaneCursor(start, 4, MINUTE - 60, 901, 10), before, last);
    List<LaneCursor> stands = List.of(before, later, later, later, last);
    for (int i = 0; i < written.size(); i++) {
      Stages.await(tables().writeLaneCursor(written.get(i)));
      assertEquals(List.of(stands.get(i)), Stages.await(tables().readLaneCursors(start)));
    }
  }

  @Test
  void aPackedMinuteGoesForwardOnly() {
    List<Long> written = List.of(MINUTE, MINUTE + 15, MINUTE + 15, MINUTE, MINUTE + 30, -1L);
    List<Integer> stands = List.of(0, 15, 15, 15, 30, 30);
    for (int i = 0; i < written.size(); i++) {
      Stages.await(tables().writePackedMinute(enterprise, written.get(i)));
      assertEquals(
          Optional.of(MINUTE + stands.get(i)), Stages.await(tables().readPackedMinute(enterprise)));
    }
    assertEquals(Optional.empty(), Stages.await(tables().readPackedMinute(other)));
  }

  @Test
  void whatIsKnownOfAPackingIsWrittenApart() {
    assertEquals(Packing.NONE, Stages.await(tables().readPacking(enterprise)));
    Stages.await(tables().writeKeptMinute(enterprise, MINUTE + 60));
    assertEquals(
        new Packing(null, MINUTE + 60, new TreeMap<>()),
        Stages.await(tables().readPacking(enterprise)));
    assertEquals(Optional.empty(), Stages.await(tables().readPackedMinute(enterprise)));
    Stages.await(tables().writeKeptMinute(enterprise, MINUTE));
    Stages.await(tables().writePackedMinute(enterprise, MINUTE - 900));
    Stages.await(tables().writeGap(enterprise, MINUTE - 7, MINUTE + 9));
    Stages.await(tables().writeGap(enterprise, MINUTE + 100, MINUTE + 200));
    Stages.await(tables().writeGap(enterprise, MINUTE + 100, MINUTE + 150));
    assertEquals(
        new Packing(
            MINUTE - 900,
            MINUTE + 60,
            new TreeMap<>(Map.of(MINUTE - 7, MINUTE + 9, MINUTE + 100, MINUTE + 200))),
        Stages.await(tables().readPacking(enterprise)));
    assertEquals(Packing.NONE, Stages.await(tables().readPacking(other)));
  }

  @Test
  void blocksThatAreWrittenAgainAreTheSameAndAreSoOnce() {
    assertEquals(0, Stages.await(tables().keepBlocks(blocks(), FIRST, LAST)));
    List<Block> blocks = new ArrayList<>();
    for (int minute = 0; minute < 60; minute++) { // a page has 32
      blocks.add(block(key(blocks(), MINUTE + minute, 0, 1, minute), 1000));
    }
    insertBlocks(blocks);
    Stages.await(tables().keepBlocks(blocks(), MINUTE, MINUTE + 50));
    assertBlocks(blocks, read(blocks(), FIRST, LAST));
    assertEquals(0, Stages.await(tables().keepBlocks(blocks(), MINUTE, MINUTE + 50)));
  }

  @Test
  void chunksComeInOrderOfSpanArrivalPartAndDigest() {
    List<Chunk> chunks = new ArrayList<>();
    for (long span : List.of(-900L, -15L, 0L, MINUTE, MINUTE + 15, 1L << 40)) {
      for (long arrival : List.of(-900L, 0L, MINUTE, 1L << 40)) {
        for (int part : List.of(0, 1, 2, 10, 256)) {
          for (long digest : List.of(FIRST, -1L, 0L, LAST)) {
            chunks.add(chunk(new ChunkKey(chunks(), DEVICE, span, arrival, part, digest), 9));
          }
        }
      }
    }
    List<Chunk> shuffled = new ArrayList<>(chunks);
    Collections.shuffle(shuffled, new Random(2));
    insertChunks(shuffled);
    assertChunks(chunks, read(chunks(), DEVICE, FIRST, LAST));
    int ofSpan = chunks.size() / 6;
    assertChunks(chunks.subList(ofSpan, 4 * ofSpan), read(chunks(), DEVICE, -15, MINUTE + 15));
    assertEquals(List.of(), read(chunks(), DEVICE, MINUTE, MINUTE));
  }

  @Test
  void chunksOfDevicesPartitionsAndRetentionsAreApart() {
    List<Chunk> chunks = new ArrayList<>();
    for (Retention retention : Retention.values()) {
      for (EnterpriseId owner : List.of(enterprise, other)) {
        for (int group : List.of(0, 3)) {
          for (long period : List.of(MINUTE, MINUTE + 1440)) {
            for (String device : List.of("a", "a-", "b")) {
              ChunkPartition in = new ChunkPartition(retention, owner, group, period);
              DeviceId id = new DeviceId(device);
              chunks.add(chunk(new ChunkKey(in, id, MINUTE, MINUTE, 0, chunks.size()), 9));
            }
          }
        }
      }
    }
    insertChunks(chunks);
    for (Chunk chunk : chunks) {
      ChunkKey key = chunk.key();
      assertChunks(List.of(chunk), read(key.partition(), key.device(), FIRST, LAST));
    }
  }

  @Test
  void aRepeatOfAChunkChangesNothingAndAnEmptySummaryStaysEmpty() {
    ChunkKey first = new ChunkKey(chunks(), DEVICE, MINUTE, MINUTE, 0, 9);
    ChunkKey second = new ChunkKey(chunks(), DEVICE, MINUTE, MINUTE, 1, 9);
    List<Chunk> chunks =
        List.of(new Chunk(first, bytes(1, 99), NONE), new Chunk(second, NONE, bytes(2, 9)));
    for (int i = 0; i < 3; i++) {
      insertChunks(chunks);
    }
    assertChunks(chunks, read(chunks(), DEVICE, MINUTE, MINUTE + 1));
  }

  @Test
  void theLargestPartsComeWholeAndMoreThanAPageOfThem() {
    List<Chunk> chunks = new ArrayList<>();
    for (int part = 0; part < 150; part++) { // a page has 128
      chunks.add(chunk(new ChunkKey(chunks(), DEVICE, MINUTE, MINUTE, part, -part), PART_BYTES));
    }
    insertChunks(chunks);
    assertChunks(chunks, read(chunks(), DEVICE, MINUTE, MINUTE + 15));
  }

  @Test
  void statesOfAGroupOrOfOneDeviceComeWithAllTheirParts() {
    List<State> all = new ArrayList<>();
    for (int i = 100; i < 300; i++) { // a page has 128
      DeviceId device = new DeviceId("d" + i);
      all.add(new State(states(), device, 0, MINUTE + i, bytes(i, 50)));
      all.add(new State(states(), device, 1, MINUTE + i, bytes(-i, 60)));
    }
    List<State> shuffled = new ArrayList<>(all);
    Collections.shuffle(shuffled, new Random(3));
    writeStates(shuffled);
    assertStates(all, read(states(), null));
    assertStates(all.subList(84, 86), read(states(), new DeviceId("d142")));
    assertEquals(List.of(), read(states(), new DeviceId("d14")));
  }

  @Test
  void statesOfEnterprisesLayoutsAndGroupsAreApart() {
    List<State> all = new ArrayList<>();
    for (EnterpriseId owner : List.of(enterprise, other)) {
      for (long layoutDay : List.of(Layout.USUAL.fromDay(), -1L, 20_468L)) {
        for (int group : List.of(0, 7)) {
          StatePartition in = new StatePartition(owner, layoutDay, group);
          all.add(new State(in, DEVICE, 0, MINUTE, bytes(all.size(), 20)));
        }
      }
    }
    writeStates(all);
    for (State state : all) {
      assertStates(List.of(state), read(state.partition(), null));
      assertStates(List.of(state), read(state.partition(), DEVICE));
    }
  }

  @Test
  void aStateThatComesLateTurnsNothingBack() {
    DeviceId slow = new DeviceId("slow");
    State newest = new State(states(), DEVICE, 0, MINUTE + 15, bytes(1, 10));
    State older = new State(states(), DEVICE, 0, MINUTE, bytes(2, 900));
    State first = new State(states(), slow, 0, MINUTE - 15, bytes(3, 10));
    State second = new State(states(), slow, 0, MINUTE, bytes(4, 10));
    writeStates(List.of(newest, first));
    writeStates(List.of(older, second));
    assertStates(List.of(newest, second), read(states(), null));
    writeStates(List.of(newest, second));
    writeStates(List.of(older, first));
    assertStates(List.of(newest, second), read(states(), null));
  }

  @Test
  void ofTwoRunsOfOneArrivalOneStandsInAllItsParts() {
    for (int i = 0; i < 8; i++) { // whichever way the bytes of each part compare
      DeviceId device = new DeviceId("d" + i);
      List<State> one = new ArrayList<>();
      List<State> two = new ArrayList<>();
      for (int part = 0; part < 4; part++) {
        one.add(new State(states(), device, part, MINUTE, bytes(100 * i + part, 40)));
        two.add(new State(states(), device, part, MINUTE, bytes(-100 * i - part - 9, 40)));
      }
      writeStates(one);
      writeStates(two);
      List<State> read = read(states(), device);
      boolean first = read.getFirst().bytes()[0] == one.getFirst().bytes()[0];
      assertStates(first ? one : two, read);
    }
  }

  @Test
  void layoutsAreReadAsTheyWereStored() {
    TreeMap<DeviceId, Integer> fast = new TreeMap<>();
    fast.put(new DeviceId("vibration-1"), 60);
    fast.put(new DeviceId("Vibration_2"), 1440);
    Layout before = new Layout(-1, 1, 1440, new TreeMap<>());
    Layout middle = new Layout(20_468, 4096, 60, fast);
    Layout last = new Layout(20_469, 8, 15, new TreeMap<>());
    for (Layout layout : List.of(last, new Layout(-1, 3, 15, fast), middle, before)) {
      Stages.await(tables().insertLayout(enterprise, layout));
    }
    Stages.await(tables().insertLayout(other, middle));
    assertEquals(List.of(before, middle, last), Stages.await(tables().readLayouts(enterprise)));
    assertEquals(List.of(middle), Stages.await(tables().readLayouts(other)));
  }

  @Test
  void aTimeToLiveOfNothingIsABug() {
    Duration nothing = Duration.ofMillis(999);
    assertThrows(AssertionError.class, () -> tables().insertChunks(List.of(), nothing));
    assertThrows(AssertionError.class, () -> tables().writeStates(List.of(), nothing));
  }

  private BlockPartition blocks() {
    return new BlockPartition(enterprise, 3, HOUR);
  }

  private ChunkPartition chunks() {
    return new ChunkPartition(Retention.YEAR_1, enterprise, 3, MINUTE);
  }

  private StatePartition states() {
    return new StatePartition(enterprise, 20_468, 3);
  }

  private BlockKey key(BlockPartition in, long minute, int lane, long sequence, long digest) {
    return new BlockKey(in, minute, start, lane, sequence, digest);
  }

  private static Block block(BlockKey key, int count) {
    return new Block(key, bytes(key.digest(), count));
  }

  private static Chunk chunk(ChunkKey key, int count) {
    return new Chunk(key, bytes(key.digest(), count), bytes(key.part(), 9));
  }

  private void insertBlocks(List<Block> blocks) {
    Stages.await(tables().insertBlocks(blocks));
  }

  private void insertChunks(List<Chunk> chunks) {
    Stages.await(tables().insertChunks(chunks, DAY));
  }

  private void writeStates(List<State> states) {
    Stages.await(tables().writeStates(states, DAY));
  }

  private List<Block> read(BlockPartition in, long fromMinute, long toMinute) {
    return Stages.await(tables().readBlocks(in, fromMinute, toMinute));
  }

  /** The chunks, once it is seen that their summaries are read alone just so. */
  private List<Chunk> read(ChunkPartition in, DeviceId device, long fromSpan, long toSpan) {
    List<Chunk> chunks = Stages.await(tables().readChunks(in, device, fromSpan, toSpan));
    List<Summarized> summarized =
        Stages.await(tables().readSummaries(in, device, fromSpan, toSpan));
    assertEquals(
        chunks.stream().map(Chunk::key).toList(),
        summarized.stream().map(Summarized::key).toList());
    for (int i = 0; i < chunks.size(); i++) {
      assertArrayEquals(chunks.get(i).summary(), summarized.get(i).summary());
    }
    return chunks;
  }

  private List<State> read(StatePartition in, @Nullable DeviceId device) {
    return Stages.await(tables().readStates(in, device));
  }
}
