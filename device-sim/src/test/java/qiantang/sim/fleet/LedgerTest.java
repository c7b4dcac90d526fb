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
  void comesBackFromItsBytes() {
    Ledger ledger = new Ledger();
    for (int n = 0; n < 100; n++) {
      ledger.sent(n);
    }
    assertEquals(24, Ledger.fromBytes(ledger.toBytes()).toBytes().length);
    ledger.acked(0);
    ledger.refused(1);
    ledger.acked(70);
    Ledger back = Ledger.fromBytes(ledger.toBytes());
    assertEquals(100, back.sent());
    assertEquals(2, back.ackedCount());
    assertEquals(1, back.refusedCount());
    for (int n = 0; n < 100; n++) {
      assertEquals(ledger.isAcked(n), back.isAcked(n));
      assertEquals(ledger.isRefused(n), back.isRefused(n));
    }
    back.acked(2); // and goes on
    assertTrue(back.isAcked(2));
  }
}
