package qiantang.store.fold;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import qiantang.store.fold.FoldTables.Chunk;
import qiantang.store.fold.FoldTables.ChunkKey;
import qiantang.store.harness.Entries;
import qiantang.store.harness.Stages;
import qiantang.store.model.DeviceId;
import qiantang.store.model.MetricValue;
import qiantang.store.model.Value;

/** Random histories, each packed as the rule of the order says, whatever befalls the packer. */
class PackerHistoryTest {
  private static final long MIDNIGHT = PackerWorld.MIDNIGHT;
  private static final long DAY = MIDNIGHT / Layout.DAY_MINUTES;

  @Test
  void everyReadingIsPackedExactlyOnceWhereItBelongs() {
    for (int seed = 0; seed < 60; seed++) {
      Random random = new Random(seed);
      PackerWorld world = randomWorld(random);
      long limit = MIDNIGHT - 3000;
      while (limit < MIDNIGHT + 4600) {
        limit += random.nextInt(4) == 0 ? random.nextInt(3000) : random.nextInt(40);
        world.pack(limit);
        if (random.nextInt(8) == 0) {
          assertPacked(world, limit, "seed " + seed);
        }
      }
      assertPacked(world, limit, "seed " + seed);
    }
  }

  @Test
  void slicesMakeNoDifferenceToWhatIsPacked() {
    for (int seed = 0; seed < 30; seed++) {
      Random random = new Random(seed);
      PackerWorld world = randomWorld(random);
      long sliceBytesMax = 1L + random.nextInt(20_000);
      WatchedFolds way = world.way();
      Packer packer = world.packer(way, sliceBytesMax, Runnable::run);
      Stages.done(packer.pack(PackerWorld.ENTERPRISE, MIDNIGHT + 5000));
      assertEquals(way.states().size(), written(way).size(), "a state twice of one arrival");
      assertPacked(world, MIDNIGHT + 5000, "seed " + seed);
    }
  }

  @Test
  void manyThreadsPackTheSame() {
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      for (int seed = 0; seed < 10; seed++) {
        PackerWorld world = randomWorld(new Random(seed));
        WatchedFolds way = world.way();
        way.answerOn(threads);
        Packer packer = world.packer(way, 10_000, threads);
        Stages.await(packer.pack(PackerWorld.ENTERPRISE, MIDNIGHT + 5000));
        assertPacked(world, MIDNIGHT + 5000, "seed " + seed);
      }
    }
  }

  @Test
  void aPackerThatDiesAtAnyStepIsMadeGoodByTheNextOne() {
    WatchedFolds counted = smallWorld(0).pack(MIDNIGHT + 40);
    assertTrue(counted.operations() > 50, "operations " + counted.operations());
    for (int operation = 0; operation < counted.operations(); operation++) {
      for (WatchedFolds.Death death : WatchedFolds.Death.values()) {
        PackerWorld world = smallWorld(0);
        WatchedFolds way = world.way();
        way.dieAt(operation, death);
        Stages.failure(world.packer(way).pack(PackerWorld.ENTERPRISE, MIDNIGHT + 40));
        world.pack(MIDNIGHT + 40);
        assertAlike(counted.chunks(), world.chunks());
        assertPacked(world, MIDNIGHT + 40, death + " operation " + operation);
      }
    }
  }

  @Test
  void aPackerThatSleepsAtAnyStepAndGoesOnWhenAnotherIsFarAheadChangesNothing() {
    for (int seed = 0; seed < 2; seed++) {
      WatchedFolds counted = smallWorld(seed).pack(MIDNIGHT + 20);
      for (int operation = 0; operation < counted.operations(); operation++) {
        PackerWorld world = smallWorld(seed);
        WatchedFolds sleeper = world.way();
        sleeper.sleepAt(operation);
        CompletionStage<Unpacked> slow =
            world.packer(sleeper).pack(PackerWorld.ENTERPRISE, MIDNIGHT + 20);
        long limit = MIDNIGHT + 100;
        world.pack(limit);
        int rows = world.chunks().size();
        sleeper.wake();
        Stages.done(slow);
        assertEquals(rows, world.chunks().size());
        assertPacked(world, limit, "seed " + seed + " slept at " + operation);
      }
    }
  }

  private static Set<String> written(WatchedFolds way) {
    return way.states().stream()
        .map(state -> state.device() + " " + state.part() + " " + state.arrival())
        .collect(Collectors.toSet());
  }

  private static void assertPacked(PackerWorld world, long limit, String message) {
    assertEquals(world.expectedRows(limit), world.packedRows(), message);
    for (Layout layout : world.layouts().layouts()) {
      assertEquals(world.expectedStates(layout, limit), world.storedStates(layout), message);
    }
    Optional<Long> packed = Stages.done(world.tables().readPackedMinute(PackerWorld.ENTERPRISE));
    assertTrue(packed.orElse(0L) <= limit - LayoutHistory.LATE_MINUTES, message);
  }

  private static void assertAlike(Map<ChunkKey, Chunk> expected, Map<ChunkKey, Chunk> packed) {
    assertEquals(expected.keySet(), packed.keySet());
    packed.forEach(
        (key, chunk) -> {
          Chunk same = expected.get(key);
          assertArrayEquals(same == null ? null : same.bytes(), chunk.bytes());
        });
  }

  /** An hour around a midnight at which the layout changes, for a few devices. */
  private static PackerWorld smallWorld(int seed) {
    Random random = new Random(seed);
    Layout before = new Layout(DAY - 1, 2, 15, fast(random, 15));
    Layout after = new Layout(DAY, 3, 15, fast(random, 15));
    PackerWorld world = new PackerWorld(before, after);
    world.arrive(readings(random, 60, 40));
    return world;
  }

  /** Days around a midnight at which the layout changes, and another one before it. */
  private static PackerWorld randomWorld(Random random) {
    List<Layout> layouts = new ArrayList<>();
    for (long day : new long[] {DAY - 1, DAY, DAY + 1}) {
      if (random.nextBoolean()) {
        int span = Layout.SPANS_MINUTES.get(random.nextInt(4));
        layouts.add(new Layout(day, 1 + random.nextInt(6), span, fast(random, span)));
      }
    }
    PackerWorld world = new PackerWorld(layouts.toArray(Layout[]::new));
    int minutes = random.nextBoolean() ? 60 : 2000;
    world.arrive(readings(random, 40 + random.nextInt(300), minutes));
    return world;
  }

  private static NavigableMap<DeviceId, Integer> fast(Random random, int spanMinutes) {
    NavigableMap<DeviceId, Integer> fast = new TreeMap<>();
    for (int device = 0; device < 6; device++) {
      if (random.nextInt(4) == 0) {
        fast.put(new DeviceId("device-" + device), spanMinutes);
      }
    }
    return fast;
  }

  /** Readings that arrive up to so many minutes before and after midnight. */
  private static List<Arrived> readings(Random random, int count, int minutes) {
    long[] labels = random.longs(count, MIDNIGHT - minutes, MIDNIGHT + minutes).sorted().toArray();
    List<Arrived> readings = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      List<MetricValue> values = new ArrayList<>();
      for (String metric : List.of("a", "b", "温度")) {
        if (random.nextInt(3) > 0 || (values.isEmpty() && metric.length() > 1)) {
          values.add(new MetricValue(metric, value(random, i)));
        }
      }
      readings.add(
          new Arrived(
              labels[i],
              Arrived.start(1 + random.nextInt(3)),
              random.nextInt(2),
              i + 1,
              new DeviceId("device-" + random.nextInt(6)),
              eventTimeMicros(random, labels[i]),
              values));
    }
    return readings;
  }

  private static Value value(Random random, int number) {
    return random.nextInt(5) == 0 ? Entries.randomValue(random) : new Value.Int(number);
  }

  /**
   * Near the arrival as a rule, often the same instant as another reading's; some from long ago.
   */
  private static long eventTimeMicros(Random random, long label) {
    long minute =
        switch (random.nextInt(10)) {
          case 0 -> label - random.nextInt(3 * Layout.DAY_MINUTES);
          case 1 -> label - random.nextInt(3653 * Layout.DAY_MINUTES);
          case 2, 3 -> label + random.nextInt(12);
          case 4, 5 -> Math.floorDiv(label, 15) * 15 - random.nextInt(2);
          default -> label - random.nextInt(6);
        };
    return minute * Arrived.MINUTE_MICROS + random.nextInt(3) * 20_000_000L;
  }
}
