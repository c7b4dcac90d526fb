package qiantang.sim.fleet;

import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import qiantang.sim.plan.FleetSpec;
import qiantang.sim.plan.Plan;
import qiantang.sim.plan.Scenario;
import qiantang.sim.plan.SignalModel;
import qiantang.sim.wire.WireLoops;

class StateBytesTest {
  private static final int PUBLISHERS = 100_000;

  /** What a thread allocates is counted exactly, so that this is no matter of collectors. */
  @Test
  void aPublisherTakesLessThanAHundredBytesBesideItsPlanAndSocket() {
    long first = allocatedBytes(1); // and classes that are loaded
    long fixed = allocatedBytes(1);
    long bytes = (allocatedBytes(PUBLISHERS) - fixed) / PUBLISHERS;
    assertTrue(bytes < 100, bytes + " bytes");
    assertTrue(bytes > 50 && first > 0, "measured nothing: " + bytes);
  }

  private static long allocatedBytes(int publishers) {
    ThreadMXBean thread = assertInstanceOf(ThreadMXBean.class, ManagementFactory.getThreadMXBean());
    List<Seat> seats = Collections.nCopies(publishers, seat());
    FleetOptions options =
        new FleetOptions(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 1),
            1,
            1,
            FleetOptions.KEEP_ALL,
            System::nanoTime);
    try (WireLoops loops = WireLoops.start(1)) {
      long before = thread.getCurrentThreadAllocatedBytes();
      LoopFigures figures = new LoopFigures(seats, _ -> {});
      PublisherLoop loop =
          new PublisherLoop(loops.loops().getFirst(), "r1", seats, options, figures);
      loop.begin(0, System.nanoTime() + Duration.ofDays(1).toNanos(), () -> Long.MAX_VALUE);
      return thread.getCurrentThreadAllocatedBytes() - before;
    }
  }

  private static Seat seat() {
    FleetSpec fleet =
        FleetSpec.direct("mills", 1, SignalModel.PUMP, Duration.ofSeconds(1)).withJitter(0.1);
    Scenario scenario =
        new Scenario(
            1, Duration.ofSeconds(20), 1_000, Duration.ofSeconds(1), List.of(fleet), List.of());
    return new Seat(Plan.of(scenario, "r1").publishers().getFirst(), "any");
  }
}
