package qiantang.store.codec;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import qiantang.store.harness.Entries;
import qiantang.store.health.Axis;
import qiantang.store.health.Axis.State;
import qiantang.store.health.EnterpriseCount;
import qiantang.store.health.EnterpriseCount.Level;
import qiantang.store.health.HealthCells;
import qiantang.store.health.HealthCounts;
import qiantang.store.health.ModelBounds;
import qiantang.store.health.ModelBounds.Range;
import qiantang.store.health.PlatformCount;
import qiantang.store.model.DeviceId;
import qiantang.store.model.Entry;
import qiantang.store.model.Reason;

class HealthCodecsTest {
  private static final long HOUR = 3_600_000;
  private static final List<Reason> REASONS = List.of(Reason.values());

  @Test
  void cellsComeBack() {
    Random random = new Random(11);
    HealthCells cells = cells(random);
    byte[] bytes = HealthCellsCodec.encode(cells);
    HealthCells found =
        assertInstanceOf(
                HealthCellsCodec.Decoded.Whole.class, HealthCellsCodec.decode(bytes), "seed 11")
            .cells();
    assertArrayEquals(bytes, HealthCellsCodec.encode(found));
    assertEquals(cells.cells().keySet(), found.cells().keySet());
  }

  /** Rows at rest are of version 1; of who is not refused anything they still are. */
  @Test
  void cellsOfVersion1AreRead() {
    HealthCells well = new HealthCells();
    well.reading(480_000 * HOUR * 1000, 480_000 * HOUR, true);
    assertEquals(1, HealthCellsCodec.encode(well)[1]);
    Entry.Rejection refused = Entries.rejection("d", Reason.CLOCK, 480_000 * HOUR * 1000 + 7_000);
    well.record(refused);
    byte[] now = HealthCellsCodec.encode(well);
    assertEquals(2, now[1]);
    // Without the two numbers behind the last reason: 7 and 0, a byte each.
    byte[] before = Versions.of(1, without(now, now.length - 6, 2));
    HealthCells found =
        assertInstanceOf(HealthCellsCodec.Decoded.Whole.class, HealthCellsCodec.decode(before))
            .cells();
    assertEquals(480_000 * HOUR, found.cell(480_000).refusals()[0], "the hour alone is known");
    assertEquals(480_000 * HOUR + 7, well.cell(480_000).refusals()[0]);
  }

  private static byte[] without(byte[] bytes, int from, int count) {
    byte[] less = new byte[bytes.length - count];
    System.arraycopy(bytes, 0, less, 0, from);
    System.arraycopy(bytes, from + count, less, from, less.length - from);
    return less;
  }

  /** Whatever is folded together first, the same comes out. */
  @Test
  void cellsMergeInAnyOrder() {
    for (int seed = 0; seed < 20; seed++) {
      HealthCells one = cells(new Random(seed));
      HealthCells other = cells(new Random(seed + 100));
      HealthCells forth = new HealthCells();
      forth.add(one);
      forth.add(other);
      HealthCells back = new HealthCells();
      back.add(other);
      back.add(one);
      assertArrayEquals(
          HealthCellsCodec.encode(forth), HealthCellsCodec.encode(back), "seed " + seed);
    }
  }

  @Test
  void damageIsTold() {
    byte[] bytes = HealthCellsCodec.encode(cells(new Random(3)));
    bytes[bytes.length / 2] ^= 1;
    assertInstanceOf(HealthCellsCodec.Decoded.Damaged.class, HealthCellsCodec.decode(bytes));
    byte[] count = KeptCodec.encode(new PlatformCount(1, counts(4), 0.5));
    count[count.length / 2] ^= 1;
    assertNull(KeptCodec.platform(count));
    assertNull(KeptCodec.enterprise(count));
  }

  @Test
  void countsComeBack() {
    Map<Level, SortedMap<String, HealthCounts>> by = new EnumMap<>(Level.class);
    for (Level level : Level.values()) {
      SortedMap<String, HealthCounts> keys = new TreeMap<>();
      keys.put("", counts(1));
      keys.put(EnterpriseCount.key("f", "一线"), counts(level.word().length()));
      by.put(level, keys);
    }
    SortedMap<String, ModelBounds> bounds = new TreeMap<>();
    bounds.put("loom", new ModelBounds(9, new Range(1, 2), new Range(0.5, 3), null));
    bounds.put("mill", new ModelBounds(9, new Range(1, 2), new Range(0.5, 3), new Range(-7, 8)));
    EnterpriseCount count = new EnterpriseCount(counts(9), by, bounds, 1L << 40, 12.5);
    assertEquals(count, KeptCodec.enterprise(KeptCodec.encode(count)));
    PlatformCount platform = new PlatformCount(3, counts(70), 0.25);
    PlatformCount found = KeptCodec.platform(KeptCodec.encode(platform));
    assertEquals(platform, found);
    assertNotNull(found);
    assertEquals(140, found.plus(platform).devices().total());
  }

  private static HealthCounts counts(long total) {
    HealthCounts counts = new HealthCounts();
    counts.addTotal(total);
    counts.addMachines(total / 3);
    counts.add(State.ONLINE, total);
    counts.add(State.BAD, total / 2);
    counts.reason(new HealthCounts.Reasoned(Axis.QUALITY, State.BAD, "clock-skew"), total / 2);
    return counts;
  }

  private static HealthCells cells(Random random) {
    HealthCells cells = new HealthCells();
    for (int i = random.nextInt(200); i >= 0; i--) {
      long arrival = 480_000 * HOUR + random.nextLong(30 * HOUR);
      long happened = arrival - random.nextLong(2 * HOUR) + 60_000;
      cells.reading(happened * 1000, arrival, random.nextBoolean());
      cells.distance(arrival, random.nextLong(100_000_000));
      cells.record(
          new Entry.Presence(
              new DeviceId("d"),
              i,
              random.nextBoolean(),
              "taken-over",
              "c",
              "a:1",
              arrival * 1000));
      cells.record(
          new Entry.Rejection(
              null,
              new DeviceId("d"),
              REASONS.get(random.nextInt(REASONS.size())),
              "",
              "",
              1 + random.nextInt(9),
              0,
              new byte[0],
              null,
              arrival * 1000));
    }
    return cells;
  }
}
