package qiantang.store.fold;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import qiantang.store.fold.FoldTables.Chunk;
import qiantang.store.fold.FoldTables.ChunkKey;
import qiantang.store.fold.FoldTables.ChunkPartition;
import qiantang.store.fold.FoldTables.Summarized;
import qiantang.store.fold.RollupTables.Rollup;
import qiantang.store.fold.RollupTables.RollupPartition;
import qiantang.store.harness.Stages;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;
import qiantang.store.registry.Retention;

/** What every implementation does with rollups, and with what they are made of. */
public abstract class RollupTablesContract {
  private static final Duration DAY = Duration.ofDays(1);
  private static final long BEGIN = 29_474_640;
  private static final DeviceId PUMP = new DeviceId("pump-1");
  private static final DeviceId SAW = new DeviceId("saw");

  private EnterpriseId enterprise = EnterpriseId.OPERATOR;

  /** The tables under test; shared by all tests of the class. */
  protected abstract FoldTables tables();

  @BeforeEach
  final void name(TestInfo test) {
    enterprise = new EnterpriseId("r-" + Integer.toHexString(test.getDisplayName().hashCode()));
  }

  @Test
  void rollupsComeByDeviceAndBeginTheLateOnesBehind() {
    for (Retention retention : Retention.values()) {
      RollupPartition in = new RollupPartition(retention, enterprise, 3, BEGIN);
      List<Rollup> ofPump =
          List.of(
              rollup(in, PUMP, BEGIN, "first"),
              Rollup.late(in, PUMP, BEGIN),
              rollup(in, PUMP, BEGIN + 360, "second"),
              Rollup.late(in, PUMP, BEGIN + 720));
      List<Rollup> ofGroup =
          List.of(rollup(in, null, BEGIN, "all"), Rollup.late(in, null, BEGIN + 360));
      List<Rollup> rows = new ArrayList<>(ofPump.reversed());
      rows.addAll(ofGroup);
      rows.add(rollup(in, SAW, BEGIN, "other"));
      insert(rows);
      insert(rows);
      assertRollups(ofPump, read(in, PUMP, Long.MIN_VALUE, Long.MAX_VALUE));
      assertRollups(ofPump.subList(2, 3), read(in, PUMP, BEGIN + 1, BEGIN + 720));
      assertRollups(ofGroup, read(in, null, BEGIN, BEGIN + 361));
      assertRollups(List.of(), read(in, new DeviceId("none"), 0, Long.MAX_VALUE));
      List<DeviceId> some = List.of(SAW, PUMP, new DeviceId("none"));
      Map<DeviceId, List<Rollup>> bySome =
          Stages.await(tables().readRollupsOfSome(in, some, BEGIN, BEGIN + 720));
      assertRollups(ofPump.subList(0, 3), bySome.get(PUMP));
      assertRollups(rows.subList(rows.size() - 1, rows.size()), bySome.get(SAW));
      assertRollups(List.of(), bySome.get(new DeviceId("none")));
      assertRollups(
          List.of(), read(new RollupPartition(retention, enterprise, 4, BEGIN), PUMP, 0, BEGIN));
    }
  }

  @Test
  void rollupsOfSeveralPartitionsGoInOneCall() {
    RollupPartition one = new RollupPartition(Retention.DAYS_30, enterprise, 0, BEGIN);
    RollupPartition two = new RollupPartition(Retention.DAYS_30, enterprise, 0, BEGIN + 43_200);
    insert(List.of(rollup(one, PUMP, BEGIN, "a"), rollup(two, PUMP, BEGIN + 43_200, "b")));
    assertRollups(List.of(rollup(one, PUMP, BEGIN, "a")), read(one, PUMP, 0, Long.MAX_VALUE));
    assertRollups(
        List.of(rollup(two, PUMP, BEGIN + 43_200, "b")), read(two, PUMP, 0, Long.MAX_VALUE));
  }

  @Test
  void aScanVisitsTheRowsOfAllDevicesInOrder() {
    ChunkPartition in = new ChunkPartition(Retention.YEAR_1, enterprise, 1, BEGIN);
    List<Chunk> chunks = new ArrayList<>();
    for (DeviceId device : List.of(SAW, PUMP)) {
      for (int span = 0; span < 400; span++) { // more than a page
        byte[] summary = span % 3 == 0 ? new byte[0] : (device + " " + span).getBytes(UTF_8);
        ChunkKey key = new ChunkKey(in, device, BEGIN + span, BEGIN + span + span % 2, 0, span);
        chunks.add(new Chunk(key, new byte[] {1, 2, 3}, summary));
      }
    }
    Stages.await(tables().insertChunks(chunks, DAY));
    List<Summarized> found = new ArrayList<>();
    Stages.await(tables().scanSummaries(in, BEGIN + 5, BEGIN + 390, found::add));
    List<Chunk> expected =
        chunks.stream()
            .filter(chunk -> chunk.key().span() >= BEGIN + 5 && chunk.key().span() < BEGIN + 390)
            .sorted(
                Comparator.<Chunk, DeviceId>comparing(chunk -> chunk.key().device())
                    .thenComparingLong(chunk -> chunk.key().span()))
            .toList();
    assertEquals(
        expected.stream().map(Chunk::key).toList(), found.stream().map(Summarized::key).toList());
    for (int i = 0; i < expected.size(); i++) {
      assertArrayEquals(expected.get(i).summary(), found.get(i).summary());
    }
  }

  private static Rollup rollup(
      RollupPartition in, @Nullable DeviceId device, long begin, String text) {
    return new Rollup(in, device, begin, false, text.getBytes(UTF_8));
  }

  private void insert(List<Rollup> rows) {
    Stages.await(tables().insertRollups(rows, DAY));
  }

  private List<Rollup> read(
      RollupPartition in, @Nullable DeviceId device, long fromBegin, long toBegin) {
    return Stages.await(tables().readRollups(in, device, fromBegin, toBegin));
  }

  private static void assertRollups(List<Rollup> expected, @Nullable List<Rollup> actual) {
    assertEquals(
        expected.stream().map(RollupTablesContract::text).toList(),
        actual == null ? null : actual.stream().map(RollupTablesContract::text).toList());
  }

  private static String text(Rollup rollup) {
    return rollup.partition()
        + " "
        + rollup.device()
        + " "
        + rollup.begin()
        + (rollup.isLate() ? " late " : " ")
        + new String(rollup.bytes(), UTF_8);
  }
}
