package qiantang.ingest.mqtt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class PacketIdsTest {
  @Test
  void idsInUseAreNotUsedAgain() {
    PacketIds ids = new PacketIds(3);
    assertEquals(1, ids.next());
    assertEquals(2, ids.next());
    assertTrue(ids.end(2));
    for (int id = 3; id <= 65_535; id++) {
      assertEquals(id, ids.next());
      assertTrue(ids.end(id));
    }
    assertEquals(2, ids.next()); // not 0, and not 1, which is open
  }

  @Test
  void anIdEndsOnce() {
    PacketIds ids = new PacketIds(2);
    ids.next();
    ids.next();
    assertTrue(ids.isFull());
    assertTrue(ids.end(1));
    assertFalse(ids.end(1));
    assertFalse(ids.end(7));
    assertEquals(1, ids.size());
    assertTrue(ids.end(2));
  }
}
