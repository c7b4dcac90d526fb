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
 * @param keepAlive whole seconds; half of it without a packet is followed by a PINGREQ
 * @param qos 0, 1 or 2: at most once, at least once, exactly once
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
    Duration keepAlive,
    MqttVersion mqtt,
    Dialect dialect,
    boolean tls,
    int qos) {

  /** What a fleet asks for that says nothing: long enough to cost nothing, short enough to tell. */
  public static final Duration KEEP_ALIVE = Duration.ofSeconds(60);

  /** A fleet that speaks ThingsBoard's JSON with QoS 1 over plain TCP. */
  public FleetSpec(
      String name,
      @Nullable String enterprise,
      int count,
      int subDevices,
      SignalModel model,
      Duration period,
      double jitter,
      int inFlightMax,
      Duration keepAlive,
      MqttVersion mqtt) {
    this(
        name,
        enterprise,
        count,
        subDevices,
        model,
        period,
        jitter,
        inFlightMax,
        keepAlive,
        mqtt,
        Dialect.THINGSBOARD,
        false,
        1);
  }

  public boolean gateway() {
    return subDevices > 0;
  }

  /**
   * How many devices take turns in the messages of a publisher. A gateway's JSON holds a reading of
   * each of its devices; Sparkplug has a message for each device, so message n is of device n
   * modulo this.
   */
  public int turns() {
    return dialect == Dialect.SPARKPLUG && gateway() ? subDevices : 1;
  }

  /** Between two messages of a publisher; each device has one in a period. */
  public Duration messagePeriod() {
    return period.dividedBy(turns());
  }
}
