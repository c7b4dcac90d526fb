package qiantang.sim.fleet;

import java.util.ArrayList;
import java.util.List;

/**
 * What one loop counts of messages, fleet by fleet: a byte for each publisher, and one count for
 * each message, not two. The loop's thread counts, any thread reads.
 */
final class FleetCounter {
  /** Names become labels of metrics, and a byte has room for them. */
  static final int FLEETS_MAX = 100;

  /** All fleets beyond the limit together. */
  static final String OTHERS = "others";

  private final byte[] fleetOf;
  private final List<One> fleets = new ArrayList<>();

  private record One(
      String name, LoopCounter sent, LoopCounter acked, LoopCounter refused, LoopCounter late) {
    One(String name) {
      this(name, new LoopCounter(), new LoopCounter(), new LoopCounter(), new LoopCounter());
    }
  }

  FleetCounter(List<Seat> seats) {
    fleetOf = new byte[seats.size()];
    for (int p = 0; p < fleetOf.length; p++) {
      fleetOf[p] = (byte) place(seats.get(p).plan().fleet().name());
    }
  }

  private int place(String name) {
    // Publishers of one fleet stand together: mostly it is the last one.
    for (int f = fleets.size() - 1; f >= 0; f--) {
      if (fleets.get(f).name().equals(name)) {
        return f;
      }
    }
    if (fleets.size() >= FLEETS_MAX) {
      return fleets.size() > FLEETS_MAX ? FLEETS_MAX : added(OTHERS);
    }
    return added(name);
  }

  private int added(String name) {
    fleets.add(new One(name));
    return fleets.size() - 1;
  }

  void sent(int publisher) {
    fleets.get(fleetOf[publisher]).sent().increment();
  }

  void acked(int publisher) {
    fleets.get(fleetOf[publisher]).acked().increment();
  }

  void refused(int publisher) {
    fleets.get(fleetOf[publisher]).refused().increment();
  }

  void late(int publisher) {
    fleets.get(fleetOf[publisher]).late().increment();
  }

  List<FleetCounts> counts() {
    return fleets.stream()
        .map(
            fleet -> {
              // Outcomes before what they are outcomes of: in flight is never negative.
              long acked = fleet.acked().get();
              long refused = fleet.refused().get();
              return new FleetCounts(
                  fleet.name(), fleet.sent().get(), acked, refused, fleet.late().get());
            })
        .toList();
  }
}
