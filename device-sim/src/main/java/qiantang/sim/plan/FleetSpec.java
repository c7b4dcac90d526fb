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

  /** Likewise; the limit of many brokers. */
  public static final int IN_FLIGHT_MAX = 20;

  /**
   * Devices with a connection each that speak ThingsBoard's JSON, QoS 1 and MQTT 3.1.1 over plain
   * TCP, to the beat, with at most 20 messages in flight.
   */
  public static FleetSpec direct(String name, int count, SignalModel model, Duration period) {
    return new FleetSpec(
        name,
        null,
        count,
        0,
        model,
        period,
        0,
        IN_FLIGHT_MAX,
        KEEP_ALIVE,
        MqttVersion.V3_1_1,
        Dialect.THINGSBOARD,
        false,
        1);
  }

  /** The same as gateways with so many devices behind each. */
  public FleetSpec withSubDevices(int each) {
    Draft draft = new Draft(this);
    draft.subDevices = each;
    return draft.spec();
  }

  /** The same, each message late by up to this share of the period. */
  public FleetSpec withJitter(double share) {
    Draft draft = new Draft(this);
    draft.jitter = share;
    return draft.spec();
  }

  /** The same with so many unacknowledged messages of a connection. */
  public FleetSpec withInFlightMax(int max) {
    Draft draft = new Draft(this);
    draft.inFlightMax = max;
    return draft.spec();
  }

  /** The same in another version of the protocol. */
  public FleetSpec withMqtt(MqttVersion version) {
    Draft draft = new Draft(this);
    draft.mqtt = version;
    return draft.spec();
  }

  /** The same with another quality of service: 0, 1 or 2. */
  public FleetSpec withQos(int level) {
    Draft draft = new Draft(this);
    draft.qos = level;
    return draft.spec();
  }

  /** The same in another dialect. */
  public FleetSpec withDialect(Dialect spoken) {
    Draft draft = new Draft(this);
    draft.dialect = spoken;
    return draft.spec();
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

  /** What the copies differ in. */
  private static final class Draft {
    private final FleetSpec of;
    private int subDevices;
    private double jitter;
    private int inFlightMax;
    private MqttVersion mqtt;
    private Dialect dialect;
    private int qos;

    Draft(FleetSpec of) {
      this.of = of;
      subDevices = of.subDevices;
      jitter = of.jitter;
      inFlightMax = of.inFlightMax;
      mqtt = of.mqtt;
      dialect = of.dialect;
      qos = of.qos;
    }

    FleetSpec spec() {
      return new FleetSpec(
          of.name,
          of.enterprise,
          of.count,
          subDevices,
          of.model,
          of.period,
          jitter,
          inFlightMax,
          of.keepAlive,
          mqtt,
          dialect,
          of.tls,
          qos);
    }
  }
}
