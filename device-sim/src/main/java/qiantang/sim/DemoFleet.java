package qiantang.sim;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import qiantang.sim.fleet.Figures;
import qiantang.sim.fleet.Fleet;
import qiantang.sim.fleet.FleetOptions;
import qiantang.sim.fleet.Seat;
import qiantang.sim.plan.FleetSpec;
import qiantang.sim.plan.Mix;
import qiantang.sim.plan.Plan;
import qiantang.sim.plan.PublisherPlan;
import qiantang.sim.plan.SignalModel;
import qiantang.sim.plan.SignalUnits;

/**
 * The fleet of a demo: publishes plausible signals with existing tokens until it is closed, and
 * reconnects by itself. It lives in the present: what could not be sent for a minute is skipped.
 */
public final class DemoFleet implements AutoCloseable {
  private static final int CONNECT_PER_SECOND = 100;
  private static final Duration BACKLOG_MAX = Duration.ofMinutes(1);
  private static final double JITTER = 0.1;
  private static final long SEED = 1;

  // So few that it is silent within the first minute, so many that its period is known.
  private static final int MESSAGES_BEFORE_SILENCE = 5;

  // When its machines were switched on: a demo that is started again goes on counting.
  private static final Instant SWITCHED_ON = Instant.parse("2026-01-01T00:00:00Z");

  private final Fleet fleet;

  private DemoFleet(Fleet fleet) {
    this.fleet = fleet;
  }

  /**
   * One MQTT connection.
   *
   * @param token the access token it logs in with
   * @param model device model of what it measures; decides what is published where we know it
   * @param subDevices ids of the devices behind a gateway; empty for a direct device
   * @param fallsSilent whether it stays connected and soon measures nothing any more, as machines
   *     do whose sensor or program is stuck: a demo shows that this is seen
   */
  public record Connection(
      String token, boolean gateway, String model, List<String> subDevices, boolean fallsSilent) {

    /** Leaves the token out. */
    @Override
    public String toString() {
      return gateway ? "gateway of " + subDevices : "device";
    }
  }

  /** Starts to connect and to publish, without waiting for either. */
  public static DemoFleet start(
      InetSocketAddress mqtt, List<Connection> connections, Duration period) {
    long startMillis = System.currentTimeMillis();
    List<Seat> seats = new ArrayList<>();
    for (Connection connection : connections) {
      if (!connection.gateway() || !connection.subDevices().isEmpty()) {
        seats.add(seat(connection, seats.size(), period, startMillis));
      }
    }
    long backlogMax = Math.max(1, BACKLOG_MAX.dividedBy(period));
    // Paced by the time of day, so that event times stay right while the machine sleeps.
    FleetOptions options =
        new FleetOptions(
            mqtt,
            CONNECT_PER_SECOND,
            1,
            backlogMax,
            () -> TimeUnit.MILLISECONDS.toNanos(System.currentTimeMillis()));
    Fleet fleet = Fleet.connect("demo" + ScenarioRun.runId(startMillis), seats, options);
    fleet.begin(startMillis);
    return new DemoFleet(fleet);
  }

  static Seat seat(Connection connection, int index, Duration period, long startMillis) {
    long ageMillis = startMillis - SWITCHED_ON.toEpochMilli();
    FleetSpec spec =
        FleetSpec.direct("demo", 1, signals(connection.model(), index), period)
            .withSubDevices(connection.gateway() ? connection.subDevices().size() : 0)
            .withJitter(JITTER);
    String id = "demo-" + index;
    PublisherPlan plan =
        Plan.endless(spec, index, id, connection.subDevices(), Mix.bits(SEED, index), ageMillis);
    return new Seat(
        connection.fallsSilent() ? plan.first(MESSAGES_BEFORE_SILENCE) : plan, connection.token());
  }

  /** A model whose signals nobody has described publishes those of another. */
  static SignalModel signals(String model, int index) {
    SignalModel[] all = SignalModel.values();
    return Arrays.stream(all)
        .filter(signals -> signals.label().equals(model))
        .findFirst()
        .orElse(all[index % all.length]);
  }

  /**
   * Metric to unit, of what devices of a model publish. Of one whose signals nobody has described:
   * of what all others measure alike, for it publishes those of any.
   */
  public static Map<String, String> units(String model) {
    return Arrays.stream(SignalModel.values())
        .filter(signals -> signals.label().equals(model))
        .findFirst()
        .map(SignalUnits::of)
        .orElseGet(DemoFleet::unitsAlike);
  }

  private static Map<String, String> unitsAlike() {
    Map<String, Set<String>> all = new TreeMap<>();
    for (SignalModel signals : SignalModel.values()) {
      SignalUnits.of(signals)
          .forEach((metric, unit) -> all.computeIfAbsent(metric, _ -> new TreeSet<>()).add(unit));
    }
    Map<String, String> alike = new TreeMap<>();
    all.forEach(
        (metric, units) -> {
          if (units.size() == 1) {
            alike.put(metric, units.iterator().next());
          }
        });
    return alike;
  }

  /** What was sent and acknowledged so far, for the demo's own log. */
  public Figures.Counts counts() {
    return fleet.figures().counts();
  }

  /** The newest thing that went wrong, or nothing. */
  public String lastTrouble() {
    return fleet.figures().lastTrouble();
  }

  /** Ends all connections. */
  @Override
  public void close() {
    fleet.close();
  }
}
