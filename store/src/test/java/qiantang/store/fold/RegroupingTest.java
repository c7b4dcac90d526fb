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

class RegroupingTest {
  @Test
  void everyDeviceLiesWhereItIsLookedFor() {
    Random random = new Random(1);
    for (int i = 0; i < 300; i++) {
      Layout one = random(random);
      Layout other = random(random);
      Map<Integer, List<Integer>> groupsIn = new HashMap<>();
      for (int group = 0; group < other.groupCount(); group++) {
        groupsIn.put(group, Regrouping.groupsIn(one, other, group));
      }
      for (int device = 0; device < 200; device++) {
        DeviceId id = new DeviceId("device-" + device);
        List<Integer> groups = groupsIn.getOrDefault(other.groupOf(id), List.of());
        assertEquals(1, groups.stream().filter(group -> group == one.groupOf(id)).count());
      }
    }
  }

  @Test
  void powersOfTwoAreReadOnceInAll() {
    Layout coarse = new Layout(0, 8, 15, new TreeMap<>());
    Layout fine = new Layout(0, 64, 60, new TreeMap<>());
    for (int group = 0; group < 64; group++) {
      assertEquals(List.of(group % 8), Regrouping.groupsIn(coarse, fine, group));
    }
    int reads = 0;
    for (int group = 0; group < 8; group++) {
      reads += Regrouping.groupsIn(fine, coarse, group).size();
    }
    assertEquals(64, reads);
  }

  @Test
  void slicesHoldEveryDeviceOnceAndCutEveryGroup() {
    Layout layout = new Layout(0, 64, 15, new TreeMap<>());
    List<Slice> halves = Slice.WHOLE.halvesByDevice();
    List<Slice> quarters = halves.stream().flatMap(half -> half.halvesByDevice().stream()).toList();
    Map<Slice, Integer> held = new HashMap<>();
    for (int device = 0; device < 10_000; device++) {
      DeviceId id = new DeviceId("device-" + device);
      assertTrue(Slice.WHOLE.holds(id));
      assertEquals(1, halves.stream().filter(slice -> slice.holds(id)).count());
      for (Slice slice : quarters) {
        if (slice.holds(id) && layout.groupOf(id) == 5) {
          held.merge(slice, 1, Integer::sum);
        }
      }
    }
    assertEquals(4, held.size(), "devices of one group are in all slices: " + held);
    assertTrue(held.values().stream().allMatch(devices -> devices > 15), held.toString());
  }

  private static Layout random(Random random) {
    TreeMap<DeviceId, Integer> fast = new TreeMap<>();
    for (int i = random.nextInt(4); i > 0; i--) {
      fast.put(new DeviceId("device-" + random.nextInt(200)), 15);
    }
    return new Layout(0, 1 + random.nextInt(40), 15, fast);
  }
}
