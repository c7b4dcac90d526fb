package qiantang.bench;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import qiantang.sim.fleet.Fleet;
import qiantang.sim.fleet.FleetOptions;
import qiantang.sim.fleet.Seat;
import qiantang.sim.plan.FleetSpec;
import qiantang.sim.plan.Plan;
import qiantang.sim.plan.Scenario;
import qiantang.sim.plan.SignalModel;
import qiantang.standalone.cassandra.Ports;

/**
 * What the simulator keeps for a device, sockets aside: heap that is alive after its plan was laid
 * out, and after its fleet was made, which nobody answers. A program of its own, so that nothing
 * else is on the heap.
 */
final class SimulatorState {
  private static final Duration PERIOD = Duration.ofMinutes(1);
  private static final int TOKEN_CHARS = 60;
  private static final int COLLECTIONS = 3;

  private SimulatorState() {}

  /** Arguments: publishers, and devices behind each; 0 for direct devices. */
  public static void main(String[] arguments) {
    int publishers = Integer.parseInt(arguments[0]);
    int subDevices = Integer.parseInt(arguments[1]);
    measure(10, subDevices); // classes and what they keep
    System.out.println(measure(publishers, subDevices));
    System.exit(0);
  }

  private static String measure(int publishers, int subDevices) {
    long before = aliveBytes();
    Plan plan = plan(publishers, subDevices);
    List<Seat> seats =
        IntStream.range(0, publishers)
            .mapToObj(i -> new Seat(plan.publishers().get(i), token(i)))
            .toList();
    long planned = aliveBytes();
    FleetOptions options =
        new FleetOptions(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), Ports.free()),
            1,
            1,
            FleetOptions.KEEP_ALL,
            System::nanoTime);
    try (Fleet fleet = Fleet.connect(plan.runId(), seats, options)) {
      fleet.begin(System.currentTimeMillis() + TimeUnit.HOURS.toMillis(1));
      var _ = fleet.ledgers(0, 1); // the loop has begun
      double each = plan.devices();
      return String.format(
          Locale.ROOT,
          "plan_bytes=%.0f loop_bytes=%.0f",
          (planned - before) / each,
          (aliveBytes() - planned) / each);
    }
  }

  private static Plan plan(int publishers, int subDevices) {
    FleetSpec fleet =
        FleetSpec.direct("meters", publishers, SignalModel.PUMP, PERIOD)
            .withSubDevices(subDevices)
            .withJitter(0.5);
    Duration length = Duration.ofHours(1);
    return Plan.of(new Scenario(1, length, 1, length, List.of(fleet), List.of()), "r0");
  }

  /** As long as those that the API draws. */
  private static String token(int number) {
    return "simulated." + String.valueOf(number + 1_000_000_000L).repeat(TOKEN_CHARS / 10 - 1);
  }

  private static long aliveBytes() {
    for (int i = 0; i < COLLECTIONS; i++) {
      System.gc();
    }
    return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
  }
}
