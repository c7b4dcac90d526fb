package qiantang.store.fold;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import qiantang.store.model.EnterpriseId;
import qiantang.store.model.StartId;

class RendezvousTest {
  private static final int THINGS = 10_000;

  private final Random random = new Random(71);

  @Test
  void nobodyOwnsNothing() {
    assertNull(Rendezvous.owner(List.of(), "e-1"));
  }

  @Test
  void eachGetsItsPartInWhateverOrderTheyAreNamed() {
    for (boolean isRandom : new boolean[] {true, false}) {
      List<StartId> starts = starts(10, isRandom);
      Map<StartId, Integer> counts = new HashMap<>();
      for (int i = 0; i < THINGS; i++) {
        StartId owner = Rendezvous.owner(starts, "e-" + i);
        assertEquals(owner, Rendezvous.owner(starts.reversed(), "e-" + i));
        counts.merge(owner, 1, Integer::sum);
      }
      for (StartId start : starts) {
        int count = counts.getOrDefault(start, 0);
        assertTrue(Math.abs(count - THINGS / 10) < THINGS / 50, start + " has " + count);
      }
    }
  }

  @Test
  void whoGoesLeavesOnlyItsOwnToOthers() {
    List<StartId> starts = starts(5, true);
    List<StartId> rest = starts.subList(1, 5);
    for (int i = 0; i < THINGS; i++) {
      StartId before = Rendezvous.owner(starts, "e-" + i);
      if (!starts.getFirst().equals(before)) {
        assertEquals(before, Rendezvous.owner(rest, "e-" + i));
      }
    }
  }

  @Test
  void everyEnterpriseHasOneOwnerAmongTheLive() {
    Set<StartId> live = Set.copyOf(starts(4, true));
    for (int i = 0; i < 100; i++) {
      EnterpriseId enterprise = new EnterpriseId("e-" + i);
      assertEquals(
          1, live.stream().filter(one -> new Share(one, live).hasEnterprise(enterprise)).count());
      assertTrue(new Share(null, live).hasEnterprise(enterprise));
    }
  }

  private List<StartId> starts(int count, boolean isRandom) {
    List<StartId> starts = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      long high = isRandom ? random.nextLong() : 0;
      starts.add(new StartId(new UUID(high, isRandom ? random.nextLong() : i)));
    }
    return starts;
  }
}
