package qiantang.store.fold;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static qiantang.store.fold.PackerWorld.ENTERPRISE;
import static qiantang.store.fold.PackerWorld.MIDNIGHT;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import qiantang.store.harness.ManualTime;
import qiantang.store.harness.Stages;
import qiantang.store.memory.MemoryFolds;
import qiantang.store.memory.MemoryRegistry;
import qiantang.store.registry.Retention;

class LayoutsTest {
  private static final long DAY = MIDNIGHT / Layout.DAY_MINUTES;
  private static final Measured LARGE =
      new Measured(1440, 20_000, 20_000L * 1440, 120_000L * 1440, 1 << 20, Map.of());

  private final ManualTime time = new ManualTime();
  private final MemoryFolds tables = new MemoryFolds(Runnable::run);
  private final Layouts layouts = new Layouts(tables, new MemoryRegistry(), time);

  @Test
  void aLayoutHoldsFromTheFirstDayThatBeginsFiveHoursAfterClockAndReach() {
    assertEquals(DAY, fromDay(MIDNIGHT - 300, MIDNIGHT - 310));
    assertEquals(DAY, fromDay(MIDNIGHT - 310, MIDNIGHT - 300));
    assertEquals(DAY + 1, fromDay(MIDNIGHT - 299, MIDNIGHT - 400));
    assertEquals(DAY + 1, fromDay(MIDNIGHT - 400, MIDNIGHT - 299));
    assertEquals(DAY + 1, fromDay(MIDNIGHT - 2000, MIDNIGHT));
    assertEquals(DAY, fromDay(MIDNIGHT - 300, Long.MIN_VALUE));
  }

  @Test
  void whatIsGoodEnoughIsNotStoredAndNothingBehindWhatIsStillToCome() {
    Measured usual = new Measured(1440, 500, 500L * 1440, 3000L * 1440, 1 << 20, Map.of());
    improve(usual, MIDNIGHT - 320, MIDNIGHT - 320);
    assertEquals(List.of(), stored());
    improve(LARGE, MIDNIGHT - 320, MIDNIGHT - 320);
    assertEquals(1, stored().size());
    improve(usual, MIDNIGHT - 100, MIDNIGHT - 100);
    assertEquals(1, stored().size());
    improve(usual, MIDNIGHT + 1100, MIDNIGHT + 1100);
    assertEquals(2, stored().size());
  }

  @Test
  void theCopyOfWhoStoredALayoutIsReadAgain() {
    improve(LARGE, MIDNIGHT - 320, MIDNIGHT - 320);
    LayoutHistory history = Stages.done(layouts.of(ENTERPRISE));
    assertEquals(8, history.at(MIDNIGHT - 1).groups());
    assertEquals(512, history.at(MIDNIGHT).groups());
  }

  @Test
  void anEnterpriseThatIsLaidOutAnewDayByDayLosesNothing() {
    PackerWorld world = new PackerWorld();
    Random random = new Random(9);
    Set<Layout> seen = new HashSet<>();
    long begin = MIDNIGHT;
    world.time().advance(Duration.ofSeconds(begin * 60).minusMillis(world.time().millis()));
    WatchedFolds way = world.way();
    way.keepLayouts();
    Packer packer = world.packer(way);
    long sequence = 0;
    for (int hour = 0; hour < 24 * 5; hour++) {
      long minute = begin + hour * 60L;
      // From 3 devices, one reading a minute, to 150 of one in 20 minutes.
      int devices = hour < 36 ? 3 : 150;
      int every = hour < 36 ? 1 : 20;
      List<Arrived> readings = new ArrayList<>();
      for (int device = 0; device < devices; device++) {
        for (int i = random.nextInt(every); i < 60; i += every) {
          long late = random.nextInt(50) == 0 ? random.nextInt(3000) : random.nextInt(4) - 2;
          readings.add(
              Arrived.of(
                  minute + i,
                  ++sequence,
                  "device-" + device,
                  (minute + i - late) * Arrived.MINUTE_MICROS,
                  sequence));
        }
      }
      world.readLayouts();
      world.arrive(readings);
      world.reach(minute + 60);
      world.time().advance(Duration.ofHours(1));
      Stages.done(packer.pack(ENTERPRISE, minute + 60));
      seen.add(world.layouts().at(minute));
    }
    long limit = begin + 24 * 5 * 60;
    assertEquals(world.expectedRows(limit), world.packedRows());
    for (Layout layout : world.layouts().layouts()) {
      assertEquals(world.expectedStates(layout, limit), world.storedStates(layout));
    }
    assertTrue(seen.size() >= 3, "layouts " + seen);
    assertTrue(seen.size() <= 4, "layouts " + seen);
  }

  private long fromDay(long nowMinute, long reachMinute) {
    MemoryFolds fresh = new MemoryFolds(Runnable::run);
    Layouts own = new Layouts(fresh, new MemoryRegistry(), time);
    LayoutHistory usual = new LayoutHistory(ENTERPRISE, Retention.DAYS_30, List.of());
    Stages.done(own.improve(usual, LARGE, nowMinute, reachMinute));
    return Stages.done(fresh.readLayouts(ENTERPRISE)).getFirst().fromDay();
  }

  private void improve(Measured measured, long nowMinute, long reachMinute) {
    LayoutHistory history = Stages.done(layouts.of(ENTERPRISE));
    Stages.done(layouts.improve(history, measured, nowMinute, reachMinute));
  }

  private List<Layout> stored() {
    return Stages.done(tables.readLayouts(ENTERPRISE));
  }
}
