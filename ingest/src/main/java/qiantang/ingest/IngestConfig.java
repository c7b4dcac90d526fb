package qiantang.ingest;

import java.net.InetAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;
import qiantang.ingest.net.Transports;
import qiantang.store.model.EnterpriseId;

/**
 * How a node is set up.
 *
 * @param addresses where it listens, for MQTT and for health and metrics
 * @param mqttPort plain MQTT, 0 for a free one
 * @param httpPort health and metrics, 0 for a free one, -1 for none
 * @param node name of this node, for people
 * @param anonymous whose devices clients without credentials are; null refuses them
 * @param eventLoops threads that serve sessions
 * @param sparkplugHost the host application that Sparkplug's edge nodes know this node as
 * @param transports how clients come in beside plain MQTT
 * @param live what may change while the node runs
 * @param hasQuotas whether what enterprises and devices may use is limited
 * @param budgetBytes most bytes of messages that are taken and not yet answered
 */
public record IngestConfig(
    List<InetAddress> addresses,
    int mqttPort,
    int httpPort,
    String node,
    @Nullable EnterpriseId anonymous,
    String sparkplugHost,
    int eventLoops,
    Transports transports,
    LiveSettings live,
    boolean hasQuotas,
    long budgetBytes) {
  /** The host application's id where none is given. */
  public static final String SPARKPLUG_HOST = "qiantang";

  private static final long BUDGET_BYTES_MAX = 256L * 1024 * 1024;

  public IngestConfig {
    addresses = List.copyOf(addresses);
    if (addresses.isEmpty()) {
      throw new IllegalArgumentException("cannot listen: no address is given");
    }
    if (eventLoops < 1) {
      throw new IllegalArgumentException("cannot serve with " + eventLoops + " event loops");
    }
  }

  /** The same node with other ways in. */
  public IngestConfig with(Transports others) {
    return with(sparkplugHost, others, live, hasQuotas);
  }

  /** The same node with other settings. */
  public IngestConfig with(LiveSettings others) {
    return with(sparkplugHost, transports, others, hasQuotas);
  }

  /**
   * What fits this machine: plain MQTT alone, a loop a core, and a quarter of the heap, at most 256
   * MiB.
   */
  public static IngestConfig of(
      List<InetAddress> addresses,
      int mqttPort,
      int httpPort,
      String node,
      @Nullable EnterpriseId anonymous) {
    Runtime machine = Runtime.getRuntime();
    return new IngestConfig(
        addresses,
        mqttPort,
        httpPort,
        node,
        anonymous,
        SPARKPLUG_HOST,
        machine.availableProcessors(),
        Transports.PLAIN,
        LiveSettings.BY_DEFAULT,
        true,
        Math.min(BUDGET_BYTES_MAX, machine.maxMemory() / 4));
  }

  /** The same, known to edge nodes by another id: a level of a topic. */
  public IngestConfig withSparkplugHost(String id) {
    return with(id, transports, live, hasQuotas);
  }

  /** The same, with or without quotas. */
  public IngestConfig withQuotas(boolean areOn) {
    return with(sparkplugHost, transports, live, areOn);
  }

  private IngestConfig with(String host, Transports beside, LiveSettings settings, boolean quotas) {
    return new IngestConfig(
        addresses,
        mqttPort,
        httpPort,
        node,
        anonymous,
        host,
        eventLoops,
        beside,
        settings,
        quotas,
        budgetBytes);
  }
}
