package qiantang.store.fold;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import qiantang.store.model.DeviceId;

class LayoutProposalTest {
  private static final DeviceId VIBRATION = new DeviceId("vibration");
  private static final long MIB = 1024 * 1024;
  private static final int DAY = Layout.DAY_MINUTES;

  @Test
  void anAverageEnterpriseKeepsTheUsualLayout() {
    Layout proposed = LayoutProposal.of(Layout.USUAL, usual(500, 6), 7);
    assertEquals(new Layout(7, 8, 15, new TreeMap<>()), proposed);
  }

  @Test
  void groupsHoldUpTo64DevicesAndAreAPowerOfTwo() {
    assertEquals(512, LayoutProposal.of(Layout.USUAL, usual(20_000, 6), 7).groups());
    assertEquals(32, LayoutProposal.of(Layout.USUAL, usual(2_000, 6), 7).groups());
    assertEquals(1, LayoutProposal.of(Layout.USUAL, usual(33, 6), 7).groups());
    assertEquals(4096, LayoutProposal.of(Layout.USUAL, usual(9_000_000, 6), 7).groups());
  }

  @Test
  void groupsHoldUpTo10MiBADay() {
    Measured dense = new Measured(DAY, 100, 100L * DAY, 600L * DAY, 400 * MIB, Map.of());
    assertEquals(64, LayoutProposal.of(Layout.USUAL, dense, 7).groups());
    Measured halfDay = new Measured(DAY / 2, 100, 50L * DAY, 300L * DAY, 200 * MIB, Map.of());
    assertEquals(64, LayoutProposal.of(Layout.USUAL, halfDay, 7).groups());
  }

  @Test
  void aChunkHolds60ReadingsWhereADayDoes() {
    assertEquals(15, LayoutProposal.of(Layout.USUAL, usual(500, 4), 7).spanMinutes());
    assertEquals(60, LayoutProposal.of(Layout.USUAL, usual(500, 1), 7).spanMinutes());
    assertEquals(360, LayoutProposal.of(Layout.USUAL, usual(500, 0.2), 7).spanMinutes());
    assertEquals(DAY, LayoutProposal.of(Layout.USUAL, usual(500, 0.1), 7).spanMinutes());
    assertEquals(DAY, LayoutProposal.of(Layout.USUAL, usual(500, 0.001), 7).spanMinutes());
    Layout daily = new Layout(0, 8, DAY, new TreeMap<>());
    assertEquals(15, LayoutProposal.of(daily, usual(500, 60), 7).spanMinutes());
  }

  @Test
  void aDeviceThatFillsAPartitionAloneIsFast() {
    // 1 kHz: 390 MB a day, of 500 devices of 60 MiB in all.
    Measured measured = withVibration(390_000_000);
    Layout proposed = LayoutProposal.of(Layout.USUAL, measured, 7);
    assertEquals(Map.of(VIBRATION, 30), proposed.fast());
    assertEquals(8, proposed.groups());
    assertEquals(15, proposed.spanMinutes());
    assertEquals(
        Map.of(VIBRATION, 720), LayoutProposal.of(Layout.USUAL, withVibration(15 * MIB), 7).fast());
    assertEquals(Map.of(), LayoutProposal.of(Layout.USUAL, withVibration(9 * MIB), 7).fast());
    assertEquals(
        Map.of(VIBRATION, 15),
        LayoutProposal.of(Layout.USUAL, withVibration(5_000 * MIB), 7).fast());
  }

  @Test
  void aFastDeviceNeedsShortSpans() {
    Layout daily = new Layout(0, 8, DAY, new TreeMap<>());
    Map<DeviceId, Long> heavy = Map.of(VIBRATION, 390 * MIB);
    Measured slow = new Measured(DAY, 500, 500L * DAY, 500L * DAY / 20, 395 * MIB, heavy);
    assertEquals(15, LayoutProposal.of(daily, slow, 7).spanMinutes());
  }

  @Test
  void aFastDeviceStaysUntilItIsSeenToBeSlow() {
    Layout current = LayoutProposal.of(Layout.USUAL, withVibration(390_000_000), 7);
    assertEquals(current.fast(), LayoutProposal.of(current, usual(500, 6), 8).fast());
    assertEquals(current.fast(), LayoutProposal.of(current, withVibration(300 * MIB), 8).fast());
    assertEquals(
        Map.of(VIBRATION, 1440), LayoutProposal.of(current, withVibration(6 * MIB), 8).fast());
    assertEquals(Map.of(), LayoutProposal.of(current, withVibration(MIB), 8).fast());
  }

  @Test
  void whatWasNotMeasuredIsLeftAsItIs() {
    Layout odd = new Layout(0, 37, 360, new TreeMap<>(Map.of(VIBRATION, 720)));
    Measured nothing = new Measured(DAY, 0, 0, 0, 0, Map.of());
    assertEquals(new Layout(7, 37, 360, odd.fast()), LayoutProposal.of(odd, nothing, 7));
  }

  @Test
  void whatWasChangedIsNotChangedAgainForALittleDifference() {
    Random random = new Random(5);
    for (int i = 0; i < 2000; i++) {
      Layout before = random(random);
      Map<DeviceId, Long> heavy = new HashMap<>();
      long bytes = (long) Math.pow(2, 20 + random.nextInt(16));
      for (int device = random.nextInt(4); device > 0; device--) {
        heavy.put(new DeviceId("device-" + device), bytes / (1 + random.nextInt(40)));
      }
      long total = bytes + heavy.values().stream().mapToLong(Long::longValue).sum();
      int devices = 1 + (int) Math.pow(2, random.nextInt(18)) + heavy.size();
      long chunkMinutes = devices * (long) DAY;
      long readings = 1 + (long) (chunkMinutes * Math.pow(2, random.nextInt(24) - 14));
      Layout first =
          LayoutProposal.of(
              before, new Measured(DAY, devices, chunkMinutes, readings, total, heavy), 7);
      double factor = 0.6 + random.nextDouble() * 0.9;
      heavy.replaceAll((device, amount) -> (long) (amount * factor));
      Measured again =
          new Measured(
              DAY,
              (int) Math.ceil(devices * factor),
              chunkMinutes,
              (long) Math.ceil(readings * factor),
              (long) (total * factor),
              heavy);
      Layout second = LayoutProposal.of(first, again, 8);
      String message = before + " then " + first + " then " + second + " x " + factor;
      boolean isSameFast = first.fast().keySet().equals(second.fast().keySet());
      if (isSameFast && first.spanMinutes() != before.spanMinutes()) {
        assertEquals(first.spanMinutes(), second.spanMinutes(), message);
      }
      if (first.groups() != before.groups() && first.groups() < LayoutProposal.GROUPS_MAX) {
        assertEquals(first.groups(), second.groups(), message);
      }
      first
          .fast()
          .forEach(
              (device, period) -> {
                boolean isNew = !before.fast().containsKey(device);
                if (isNew && second.fast().containsKey(device)) {
                  assertEquals(period, second.fast().get(device), message);
                }
              });
    }
  }

  @Test
  void noMoreDevicesAreFastThanALayoutHolds() {
    Map<DeviceId, Long> heavy = new HashMap<>();
    for (int i = 0; i < 3000; i++) {
      heavy.put(new DeviceId("device-" + i), (20 + i) * MIB);
    }
    Measured measured = new Measured(DAY, 3000, 3000L * DAY, 3000L * DAY, 1L << 50, heavy);
    Layout proposed = LayoutProposal.of(Layout.USUAL, measured, 7);
    assertEquals(LayoutProposal.FAST_MAX, proposed.fast().size());
    assertTrue(proposed.fast().containsKey(new DeviceId("device-2999")), "the fastest");
  }

  /** Devices of so many readings a minute of 10 metrics: 20 B each. */
  private static Measured usual(int devices, double readingsPerMinute) {
    long chunkMinutes = (long) devices * DAY;
    long readings = (long) (chunkMinutes * readingsPerMinute);
    return new Measured(
        DAY, devices, chunkMinutes, readings, Math.min(readings * 20, MIB), Map.of());
  }

  private static Measured withVibration(long bytesPerDay) {
    Measured others = usual(500, 6);
    return new Measured(
        DAY,
        501,
        others.chunkMinutes(),
        others.readings(),
        others.bytes() + bytesPerDay,
        Map.of(VIBRATION, bytesPerDay));
  }

  private static Layout random(Random random) {
    int span = List.of(15, 60, 360, 1440).get(random.nextInt(4));
    TreeMap<DeviceId, Integer> fast = new TreeMap<>();
    for (int device = random.nextInt(4); device > 0; device--) {
      fast.put(new DeviceId("device-" + device), span * (random.nextInt(4) == 0 ? 1 : 1440 / span));
    }
    return new Layout(0, 1 + random.nextInt(300), span, fast);
  }
}
