package qiantang.sim.preflight;

import java.util.List;
import qiantang.sim.plan.FleetSpec;

/**
 * What a load asks of the machine that makes it.
 *
 * @param connections of all processes together
 * @param devices behind them
 * @param messagesPerSecond by the fleets' periods
 * @param inFlightMax unacknowledged messages of all connections together
 * @param workers processes that connect
 * @param sources addresses to connect from; 1 where the machine chooses
 */
public record Demand(
    long connections,
    long devices,
    double messagesPerSecond,
    long inFlightMax,
    int workers,
    int sources) {

  /** The demand of a scenario's fleets. */
  public static Demand of(List<FleetSpec> fleets, int workers, int sources) {
    long connections = 0;
    long devices = 0;
    long inFlight = 0;
    double rate = 0;
    for (FleetSpec fleet : fleets) {
      connections += fleet.count();
      devices += (long) fleet.count() * Math.max(1, fleet.subDevices());
      inFlight += (long) fleet.count() * fleet.inFlightMax();
      rate += fleet.count() * 1e9 / fleet.messagePeriod().toNanos();
    }
    return new Demand(connections, devices, rate, inFlight, workers, Math.max(1, sources));
  }
}
