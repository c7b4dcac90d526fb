package qiantang.sim.fleet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LedgerTest {

  @Test
  void remembersWhatWasSettledInAnyOrder() {
    for (int seed = 0; seed < 50; seed++) {
      Random random = new Random(seed);
      List<Integer> order = new ArrayList<>();
      for (int n = 0; n < 200; n++) {
        order.add(n);
      }
      Collections.shuffle(order, random);
      Ledger ledger = new Ledger();
      ledger.sent(199);
      boolean[] acked = new boolean[200];
      boolean[] refused = new boolean[200];
      for (int n : order.subList(0, 150)) {
        if (random.nextInt(10) == 0) {
          ledger.refused(n);
          refused[n] = true;
        } else {
          ledger.acked(n);
          acked[n] = true;
        }
      }
      long ackedCount = 0;
      for (int n = 0; n < 200; n++) {
        assertEquals(acked[n], ledger.isAcked(n), "message " + n);
        assertEquals(refused[n], ledger.isRefused(n), "message " + n);
        ackedCount += acked[n] ? 1 : 0;
      }
      assertEquals(ackedCount, ledger.ackedCount());
      assertEquals(150 - ackedCount, ledger.refusedCount());
    }
  }

  @Test
  void settlingTwiceIsABug() {
    Ledger ledger = new Ledger();
    ledger.acked(0);
    assertThrows(AssertionError.class, () -> ledger.acked(0));
  }

  @Test
  void aCopyStaysAsItIs() {
    Ledger ledger = new Ledger();
    ledger.acked(1);
    Ledger copy = ledger.copy();
    ledger.acked(0);
    assertTrue(copy.isAcked(1));
    assertFalse(copy.isAcked(0));
  }

  @Test
  void aWindowResendsTheOldestFirstUnderTheSamePacketIds() {
    Window window = new Window(3);
    int first = window.take(10, 0);
    int second = window.take(11, 0);
    int third = window.take(12, 0);
    assertTrue(window.full());
    window.free(first);
    assertFalse(window.holds(Window.packetId(first)));
    int fourth = window.take(13, 0);
    assertEquals(List.of(second, third, fourth), boxed(window.slotsInOrder()));
    assertFalse(window.holds(0));
    assertFalse(window.holds(4));
  }

  private static List<Integer> boxed(int[] slots) {
    return java.util.Arrays.stream(slots).boxed().toList();
  }
}
