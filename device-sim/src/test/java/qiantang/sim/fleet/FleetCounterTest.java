package qiantang.sim.fleet;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import qiantang.sim.plan.FleetSpec;
import qiantang.sim.plan.Plan;
import qiantang.sim.plan.SignalModel;

class FleetCounterTest {

  @Test
  void eachMessageIsItsFleetsWhoeverSendsIt() {
    List<Seat> seats = List.of(seat("mills"), seat("halls"), seat("mills"));
    FleetCounter counter = new FleetCounter(seats);
    counter.sent(0);
    counter.sent(2);
    counter.sent(1);
    counter.acked(2);
    counter.refused(0);
    counter.late(1);
    assertEquals(
        List.of(new FleetCounts("mills", 2, 1, 1, 0), new FleetCounts("halls", 1, 0, 0, 1)),
        counter.counts());
  }

  @Test
  void manyFleetsAreCountedAsOneBeyondTheLimit() {
    List<Seat> seats = new ArrayList<>();
    for (int i = 0; i < 150; i++) {
      seats.add(seat("f" + i));
    }
    FleetCounter counter = new FleetCounter(seats);
    for (int i = 0; i < 150; i++) {
      counter.sent(i);
    }
    List<FleetCounts> counts = counter.counts();
    assertEquals(FleetCounter.FLEETS_MAX + 1, counts.size());
    assertEquals(new FleetCounts("f99", 1, 0, 0, 0), counts.get(99));
    assertEquals(new FleetCounts(FleetCounter.OTHERS, 50, 0, 0, 0), counts.getLast());
  }

  private static Seat seat(String fleet) {
    FleetSpec spec = FleetSpec.direct(fleet, 1, SignalModel.PUMP, Duration.ofSeconds(1));
    return new Seat(Plan.endless(spec, 0, fleet, List.of(), 1, 0), "any");
  }
}
