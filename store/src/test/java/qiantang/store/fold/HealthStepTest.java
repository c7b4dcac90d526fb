package qiantang.store.fold;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import qiantang.store.codec.HealthCellsCodec;
import qiantang.store.fold.HealthTables.HealthPartition;
import qiantang.store.harness.Stages;
import qiantang.store.health.Behaviour;
import qiantang.store.model.DeviceId;

/** Health rows, by packers that do it in one go, in slices, and again and again. */
class HealthStepTest {
  private static final long BEGIN = PackerWorld.MIDNIGHT + 600;
  private static final int MINUTES = 100;
  private static final long LIMIT = BEGIN + MINUTES + 30;

  @Test
  void everyReadingIsCountedOnceHoweverItIsPacked() {
    SortedMap<String, Long> expected = new TreeMap<>();
    SortedMap<String, Behaviour> whole = pack(expected, GroupStep.SLICE_BYTES_MAX, false);
    SortedMap<String, Long> readings = new TreeMap<>();
    whole.forEach((device, behaviour) -> readings.put(device, behaviour.readings()));
    assertEquals(expected, readings);
    assertEquals(whole, pack(new TreeMap<>(), 2_000, false), "in slices");
    assertEquals(whole, pack(new TreeMap<>(), GroupStep.SLICE_BYTES_MAX, true), "again and again");
  }

  private static SortedMap<String, Behaviour> pack(
      Map<String, Long> counted, long sliceBytesMax, boolean isRepeated) {
    PackerWorld world = new PackerWorld(new Layout(Long.MIN_VALUE, 2, 15, new TreeMap<>()));
    Random random = new Random(5);
    for (int minute = 0; minute < MINUTES; minute++) {
      List<Arrived> arrived = new ArrayList<>();
      for (int i = 0; i < 30; i++) {
        String device = "d" + random.nextInt(5);
        long at = (BEGIN + minute - random.nextInt(4)) * Arrived.MINUTE_MICROS;
        arrived.add(
            Arrived.of(BEGIN + minute, i + 1L, device, at + i * 1_000_000L, random.nextInt(9)));
        counted.merge(device, 1L, Long::sum);
      }
      world.arrive(arrived);
    }
    for (long limit = isRepeated ? BEGIN + 15 : LIMIT; limit <= LIMIT; limit += 5) {
      for (int times = isRepeated ? 2 : 1; times > 0; times--) {
        if (isRepeated) { // as if the packed minute had not been stored
          WatchedFolds way = world.way();
          way.dieAt(random.nextInt(40), WatchedFolds.Death.AFTER);
          var _ = world.packer(way).pack(PackerWorld.ENTERPRISE, limit);
        }
        WatchedFolds way = world.way();
        Stages.done(
            world.packer(way, sliceBytesMax, Runnable::run).pack(PackerWorld.ENTERPRISE, limit));
      }
    }
    return behaviours(world);
  }

  private static SortedMap<String, Behaviour> behaviours(PackerWorld world) {
    SortedMap<String, Behaviour> behaviours = new TreeMap<>();
    for (int group = 0; group < 2; group++) {
      HealthPartition partition =
          new HealthPartition(PackerWorld.ENTERPRISE, Long.MIN_VALUE, group);
      Stages.done(world.tables().readHealth(partition, null))
          .forEach(
              row -> {
                HealthCellsCodec.Decoded.Whole decoded =
                    assertInstanceOf(
                        HealthCellsCodec.Decoded.Whole.class, HealthCellsCodec.decode(row.bytes()));
                DeviceId device = row.device();
                behaviours.put(
                    device.text(), Behaviour.of(decoded.cells(), (BEGIN + MINUTES) * 60_000));
              });
    }
    return behaviours;
  }
}
