package qiantang.sim.fleet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class FlightsTest {

  @Test
  void behavesAsASortedMapOfEachPublisher() {
    int publishers = 7;
    for (int seed = 0; seed < 30; seed++) {
      Random random = new Random(seed);
      Flights flights = new Flights(publishers);
      List<TreeMap<Long, Long>> model = new ArrayList<>();
      long[] next = new long[publishers];
      for (int p = 0; p < publishers; p++) {
        model.add(new TreeMap<>());
        next[p] = random.nextInt(200_000);
      }
      for (int step = 0; step < 5_000; step++) {
        int p = random.nextInt(publishers);
        TreeMap<Long, Long> its = model.get(p);
        if (its.isEmpty() || random.nextInt(100) < 52) {
          flights.add(p, next[p], step);
          its.put(next[p]++, (long) step);
        } else {
          long n = new ArrayList<>(its.keySet()).get(random.nextInt(its.size()));
          int slot = flights.find(p, Flights.packetId(n));
          assertEquals(n, flights.message(slot));
          assertEquals(its.remove(n), flights.sentNanos(slot));
          flights.remove(p, slot);
          assertEquals(Flights.NONE, flights.find(p, Flights.packetId(n)));
        }
        assertEquals(new ArrayList<>(its.keySet()), messages(flights, p));
        assertEquals(its.size(), flights.size(p));
      }
    }
  }

  @Test
  void packetIdsAreThoseOfTheProtocol() {
    assertEquals(1, Flights.packetId(0));
    assertEquals(65_535, Flights.packetId(65_534));
    assertEquals(1, Flights.packetId(65_535));
  }

  @Test
  void noTwoMessagesInFlightHaveOnePacketId() {
    Flights flights = new Flights(1);
    flights.add(0, 10, 0);
    flights.add(0, 65_544, 0);
    assertTrue(flights.hasRoomFor(0, 65_544));
    assertFalse(flights.hasRoomFor(0, 65_545), "packet id 11 belongs to message 10");
    flights.remove(0, flights.find(0, 11));
    assertTrue(flights.hasRoomFor(0, 65_545));
  }

  private static List<Long> messages(Flights flights, int publisher) {
    List<Long> messages = new ArrayList<>();
    for (int s = flights.first(publisher); s != Flights.NONE; s = flights.after(s)) {
      messages.add(flights.message(s));
    }
    return messages;
  }
}
