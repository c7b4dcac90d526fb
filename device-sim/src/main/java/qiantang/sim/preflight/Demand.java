package qiantang.sim.preflight;

import java.util.List;
import qiantang.sim.plan.Faults;
import qiantang.sim.plan.FleetSpec;
import qiantang.sim.plan.Phase;
import qiantang.sim.plan.Scenario;

/**
 * What a load asks of the machine that makes it.
 *
 * @param connections of all processes together
 * @param halfOpen sockets of dead connections at most, beside those in use
 * @param devices behind them
 * @param messagesPerSecond at the highest load of its phases
 * @param inFlightMax unacknowledged messages of all connections together
 * @param workers processes that connect
 * @param toOneTarget sockets to that address of the system which has most of them, dead ones too:
 *     each of its ports can be connected to from every port here
 * @param sources addresses to connect from; 1 where the machine chooses
 * @param proxied whether a proxy of ours connects to the system in their place
 */
public record Demand(
    long connections,
    long halfOpen,
    long devices,
    double messagesPerSecond,
    long inFlightMax,
    int workers,
    long toOneTarget,
    int sources,
    boolean proxied) {

  /**
   * Between what connections are spread.
   *
   * @param workers processes that connect
   * @param sources addresses to connect from; 0 where the machine chooses
   * @param targets addresses of MQTT
   * @param tlsTargets addresses of MQTT over TLS
   */
  public record Spread(int workers, int sources, int targets, int tlsTargets) {}

  /**
   * The demand of a scenario.
   *
   * @param halfOpen dead connections at most
   */
  public static Demand of(Scenario scenario, long halfOpen, Spread spread) {
    List<FleetSpec> fleets = scenario.fleets();
    long connections = 0;
    long devices = 0;
    long inFlight = 0;
    double rate = 0;
    double peak = Phase.loadPercentMax(scenario.phases()) / 100.0;
    for (FleetSpec fleet : fleets) {
      connections += fleet.count();
      devices += (long) fleet.count() * Math.max(1, fleet.subDevices());
      inFlight += (long) fleet.count() * fleet.inFlightMax();
      rate += peak * fleet.count() * 1e9 / fleet.messagePeriod().toNanos();
    }
    long toOneTarget =
        Math.max(
            ofOneTarget(fleets, false, halfOpen, spread.targets()),
            ofOneTarget(fleets, true, halfOpen, spread.tlsTargets()));
    // A proxy in between connects on from the one address that the machine chooses.
    boolean proxied = !scenario.faults().net().equals(Faults.Net.NONE);
    int sources = proxied ? 1 : Math.max(1, spread.sources());
    return new Demand(
        connections,
        halfOpen,
        devices,
        rate,
        inFlight,
        spread.workers(),
        toOneTarget,
        sources,
        proxied);
  }

  private static long ofOneTarget(List<FleetSpec> fleets, boolean tls, long halfOpen, int targets) {
    long connections =
        fleets.stream().filter(fleet -> fleet.tls() == tls).mapToLong(FleetSpec::count).sum();
    // Whose connections will be the dead ones nobody knows before the run is laid out.
    return Math.ceilDiv(connections + Math.min(connections, halfOpen), Math.max(1, targets));
  }

  /** Sockets of all processes together. */
  long sockets() {
    return connections + halfOpen;
  }
}
