package qiantang.sim.plan;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import qiantang.sim.wire.MqttVersion;

/**
 * A number of like publishers.
 *
 * @param enterprise where its devices are made; null for the first of the target
 * @param count publishers: devices with a connection of their own, or gateways
 * @param subDevices devices behind each gateway; 0 for direct devices
 * @param jitter share of the period by which a message may be planned later than its beat
 * @param inFlightMax unacknowledged messages of one connection
 */
public record FleetSpec(
    String name,
    @Nullable String enterprise,
    int count,
    int subDevices,
    SignalModel model,
    Duration period,
    double jitter,
    int inFlightMax,
    MqttVersion mqtt) {

  public boolean gateway() {
    return subDevices > 0;
  }
}
