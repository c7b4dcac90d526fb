package qiantang.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import qiantang.sim.plan.MetricValue;
import qiantang.sim.plan.PublisherPlan;
import qiantang.sim.plan.SignalModel;

class DemoFleetTest {
  @Test
  void aDevicePublishesWhatItsModelMeasures() {
    assertEquals(SignalModel.COMPRESSOR, DemoFleet.signals("compressor", 0));
    assertEquals(SignalModel.INJECTION_MOULDING, DemoFleet.signals("injection-moulding", 0));
  }

  @Test
  void aModelWithoutSignalsPublishesThoseOfAnotherAndNotAllTheSame() {
    assertNotEquals(DemoFleet.signals("greenhouse", 0), DemoFleet.signals("loom", 1));
  }

  @Test
  void aFleetThatIsStartedAgainGoesOnCounting() {
    DemoFleet.Connection one = new DemoFleet.Connection("t", false, "compressor", List.of(), false);
    long start = 1_795_000_000_000L;
    PublisherPlan first = DemoFleet.seat(one, 3, Duration.ofSeconds(1), start).plan();
    PublisherPlan again = DemoFleet.seat(one, 3, Duration.ofSeconds(1), start + 3_600_000).plan();
    assertTrue(energy(first, 0) > 0);
    assertTrue(energy(first, 3599) <= energy(again, 0), "as if it had never been away");
    assertTrue(energy(again, 0) <= energy(first, 3601));
    assertTrue(energy(first, 0) < energy(again, 0));
  }

  @Test
  void oneThatFallsSilentStopsWithinAMinuteAndOthersNever() {
    long start = 1_795_000_000_000L;
    Duration period = Duration.ofSeconds(5);
    DemoFleet.Connection stuck = new DemoFleet.Connection("t", false, "loom", List.of(), true);
    PublisherPlan plan = DemoFleet.seat(stuck, 0, period, start).plan();
    assertTrue(plan.messages() > 2, "its period is learnt");
    assertTrue(plan.messages() * period.toSeconds() < 30);
    DemoFleet.Connection other = new DemoFleet.Connection("t", false, "loom", List.of(), false);
    assertEquals(PublisherPlan.ENDLESS, DemoFleet.seat(other, 0, period, start).plan().messages());
  }

  private static long energy(PublisherPlan plan, long n) {
    int metric = plan.devices().getFirst().metrics().indexOf("energy");
    return ((MetricValue.Whole) plan.values(0, n).get(metric)).value();
  }
}
