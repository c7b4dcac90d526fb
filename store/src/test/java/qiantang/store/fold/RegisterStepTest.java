package qiantang.store.fold;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;
import qiantang.store.codec.ContentDigest;
import qiantang.store.codec.RecordsCodec;
import qiantang.store.codec.RegisterCodec;
import qiantang.store.fold.FoldTables.Block;
import qiantang.store.fold.FoldTables.BlockKey;
import qiantang.store.fold.FoldTables.BlockPartition;
import qiantang.store.fold.RecordTables.RegisterPartition;
import qiantang.store.fold.RecordTables.RegisterRow;
import qiantang.store.harness.Entries;
import qiantang.store.harness.Stages;
import qiantang.store.model.DeviceId;
import qiantang.store.model.Entry;
import qiantang.store.model.FrameKey;
import qiantang.store.model.LaneMinute;
import qiantang.store.model.Register;

/** What the packer makes of births and presence records. */
class RegisterStepTest {
  private static final long TEN = PackerWorld.MIDNIGHT + 600;

  private final PackerWorld world = new PackerWorld();
  private final List<Placed> sent = new ArrayList<>();

  private record Placed(Place place, Entry entry) {}

  @Test
  void aRegisterTellsOfAllThatArrivedBeforeTheEndOfTheSpan() {
    records(TEN + 14, 1, connect("g", 1), birth("d", "g"));
    records(TEN + 15, 2, connect("g", 2));
    world.pack(TEN + 17);
    assertEquals(expected(TEN + 15), stored());
    world.pack(TEN + 31);
    assertEquals(expected(TEN + 15), stored());
    world.pack(TEN + 32);
    assertEquals(expected(TEN + 30), stored());
  }

  @Test
  void aGatewaysEndsAreKeptThoughItNamedDevicesInEarlierSpans() {
    records(TEN, 1, connect("g", 1));
    records(TEN + 16, 2, Entries.birth("d", "g", 1, 77), Entries.birth("e", "x", 1, 77));
    records(TEN + 31, 3, disconnect("g", 1), connect("g", 2), disconnect("g", 2));
    world.pack(TEN + 47);
    assertEquals(expected(TEN + 45), stored());
    List<Long> named =
        stored().values().stream()
            .flatMap(register -> register.ended().stream())
            .map(Register.Ended::session)
            .toList();
    assertEquals(List.of(1L), named, "one session named somebody");
    assertFalse(stored().containsKey(new DeviceId("x")), "named somebody, and never came");
  }

  @Test
  void onlyDevicesOfTheStepHaveTheirRegistersWritten() {
    records(TEN, 1, connect("a", 1), connect("b", 2));
    world.pack(TEN + 17);
    records(TEN + 16, 3, disconnect("b", 2));
    world.pack(TEN + 32);
    assertEquals(TEN + 15, minuteOf("a"));
    assertEquals(TEN + 30, minuteOf("b"));
    assertEquals(3, world.meter().registers());
  }

  @Test
  void whoeverOnlyConnectsIsPackedToo() {
    // In the first minute of the next span, which the silent one's step has seen already.
    records(TEN, 1, connect("a", 1));
    records(TEN + 1440 + 15, 2, connect("b", 1));
    records(TEN + 2880, 3, connect("c", 1));
    world.pack(TEN + 4000);
    assertEquals(expected(TEN + 4000), stored());
  }

  @Test
  void wherePacksDieAndSleepTheNextOneMakesItGood() {
    for (int operation = 0; operation < 40; operation++) {
      for (WatchedFolds.Death death : WatchedFolds.Death.values()) {
        RegisterStepTest dying = new RegisterStepTest();
        dying.records(TEN, 1, connect("a", 1), birth("b", "a"), connect("c", 2));
        dying.records(TEN + 16, 2, disconnect("a", 1), connect("c", 3), disconnect("c", 2));
        WatchedFolds way = dying.world.way();
        way.dieAt(operation, death);
        CompletionStage<Unpacked> died =
            dying.world.packer(way).pack(PackerWorld.ENTERPRISE, TEN + 32);
        assertTrue(died.toCompletableFuture().isDone());
        WatchedFolds sleeper = dying.world.way();
        sleeper.sleepAt(operation);
        var slept = dying.world.packer(sleeper).pack(PackerWorld.ENTERPRISE, TEN + 32);
        dying.records(TEN + 31, 3, connect("a", 4));
        dying.world.pack(TEN + 47);
        assertEquals(dying.expected(TEN + 45), dying.stored(), "at " + operation);
        sleeper.wake();
        Stages.done(slept);
        assertEquals(dying.expected(TEN + 45), dying.stored(), "woke at " + operation);
      }
    }
  }

  @Test
  void moreRecordsThanAreHeldAreTakenInParts() {
    int each = 90_000;
    for (int minute = 0; minute < 4; minute++) {
      Entry[] entries = new Entry[each];
      for (int i = 0; i < each; i++) {
        long session = i / 2 * 4L + minute;
        entries[i] = i % 2 == 0 ? connect("d", session) : disconnect("d", session);
      }
      entries[each - 1] = connect("d" + minute, 1);
      records(TEN + minute, 1 + minute, entries);
    }
    world.pack(TEN + 17);
    assertEquals(expected(TEN + 15), stored());
    assertEquals(5 + 1, world.meter().registers(), "d twice, in two parts");
  }

  @Test
  void damagedRecordsAreCountedAndTheOthersTaken() {
    records(TEN, 1, connect("a", 1));
    insert(key(TEN + 1, 2, 7), new byte[] {1, 2, 3});
    world.pack(TEN + 17);
    assertEquals(expected(TEN + 15), stored());
    assertEquals(1, world.meter().damagedBlocks());
  }

  @Test
  void aDamagedRegisterIsCountedAndBegunAnew() {
    RegisterPartition partition = RegisterPartition.of(PackerWorld.ENTERPRISE, new DeviceId("a"));
    RegisterRow damaged = new RegisterRow(partition, new DeviceId("a"), TEN, new byte[] {1});
    Stages.done(world.tables().writeRegisters(List.of(damaged)));
    records(TEN, 1, connect("a", 1));
    world.pack(TEN + 17);
    assertEquals(expected(TEN + 15), stored());
    assertEquals(1, world.meter().damagedStates());
  }

  private static Entry connect(String device, long session) {
    return Entries.presence(device, session, true, "connect", session * 10);
  }

  private static Entry disconnect(String device, long session) {
    return Entries.presence(device, session, false, "keep-alive", session * 10 + 5);
  }

  private static Entry birth(String device, String gateway) {
    return new Entry.Birth(new DeviceId(device), "Mill", new DeviceId(gateway), null, 77);
  }

  /** A frame of these records is taken and sorted. */
  private void records(long minute, long sequence, Entry... entries) {
    LaneMinute partition = new LaneMinute(Arrived.start(1), 0, minute);
    List<RecordsCodec.Item> items = new ArrayList<>();
    for (Entry entry : entries) {
      items.add(new RecordsCodec.Item(sequence, items.size(), entry));
      sent.add(new Placed(new Place(new FrameKey(partition, sequence), items.size() - 1), entry));
    }
    for (byte[] bytes : RecordsCodec.encode(items)) {
      insert(key(minute, sequence, ContentDigest.of(bytes)), bytes);
    }
    world.whereabouts(Arrived.start(1), minute);
  }

  private static BlockKey key(long minute, long sequence, long digest) {
    BlockPartition partition =
        new BlockPartition(
            PackerWorld.ENTERPRISE, FoldTables.RECORDS_GROUP, Math.floorDiv(minute, 60));
    return new BlockKey(partition, minute, Arrived.start(1), 0, sequence, digest);
  }

  private void insert(BlockKey key, byte[] bytes) {
    Stages.done(world.tables().insertBlocks(List.of(new Block(key, bytes))));
  }

  private SortedMap<DeviceId, Register> expected(long toMinute) {
    Map<DeviceId, RegisterMerge> merges = new TreeMap<>();
    for (Placed placed : sent) {
      DeviceId device = RegisterMerge.deviceOf(placed.entry);
      if (placed.place.minute() < toMinute && device != null) {
        merges.computeIfAbsent(device, id -> new RegisterMerge()).add(placed.place, placed.entry);
      }
      if (placed.place.minute() < toMinute && placed.entry instanceof Entry.Birth birth) {
        merges
            .computeIfAbsent(birth.gateway(), id -> new RegisterMerge())
            .names(placed.place, birth);
      }
    }
    SortedMap<DeviceId, Register> registers = new TreeMap<>();
    merges.forEach(
        (device, merge) -> {
          if (merge.isKnown()) {
            registers.put(device, merge.register());
          }
        });
    return registers;
  }

  private SortedMap<DeviceId, Register> stored() {
    SortedMap<DeviceId, Register> registers = new TreeMap<>();
    rows()
        .values()
        .forEach(
            row -> {
              assertEquals(
                  RegisterPartition.of(PackerWorld.ENTERPRISE, row.device()), row.partition());
              if (RegisterCodec.decode(row.bytes()) instanceof RegisterCodec.Decoded.Whole whole) {
                registers.put(row.device(), whole.register());
              }
            });
    return registers;
  }

  private Map<String, RegisterRow> rows() {
    Map<String, RegisterRow> rows = new TreeMap<>();
    for (int bucket = 0; bucket < RegisterPartition.BUCKETS; bucket++) {
      RegisterPartition partition = new RegisterPartition(PackerWorld.ENTERPRISE, bucket);
      Stages.done(world.tables().readRegisters(partition))
          .forEach(row -> rows.put(row.device().text(), row));
    }
    return rows;
  }

  private long minuteOf(String device) {
    RegisterRow row = rows().get(device);
    return row == null ? 0 : row.minute();
  }
}
