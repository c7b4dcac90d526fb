package qiantang.sim.plan;

import java.util.ArrayList;
import java.util.List;
import qiantang.sim.sparkplug.DataType;
import qiantang.sim.sparkplug.EdgeNode;
import qiantang.sim.sparkplug.SparkplugPayload;

/**
 * A publisher as a Sparkplug edge node: what it says of itself at the beginning and at the end of a
 * connection. A gateway is a node with devices behind it; a direct device is a node whose metrics
 * are its own.
 *
 * <p>Births are a connection's, not the plan's, so they hold no reading: each metric is declared
 * with {@code is_null}, as the specification has it for a value that is not known yet (6.4.6), and
 * the audit has none to look for.
 */
public record EdgeNodePlan(PublisherPlan plan) {
  /** All edge nodes of simulated fleets are of one group; their names have the run's id. */
  private static final String GROUP = "sim";

  /** A message about the node or one of its devices. */
  public record Announcement(String topic, byte[] payload) {}

  static EdgeNode node(String publisher) {
    return new EdgeNode(GROUP, publisher);
  }

  /** What the system calls the node. */
  public String name() {
    return node().name();
  }

  /** What the system calls a device of the node. */
  public String name(DevicePlan device) {
    return node().name(device.name());
  }

  private EdgeNode node() {
    return node(plan.id());
  }

  /** Unique among all metrics of the node. [tck-id-payloads-alias-uniqueness] */
  static long alias(PublisherPlan plan, int device, int metric) {
    return 1L + (long) device * plan.fleet().model().metrics().size() + metric;
  }

  String dataTopic(int device) {
    return plan.fleet().gateway()
        ? node().topic("DDATA", plan.devices().get(device).name())
        : node().topic("NDATA");
  }

  /** Where the node takes commands. [tck-id-message-flow-edge-node-ncmd-subscribe] */
  public String commandTopic() {
    return node().topic("NCMD");
  }

  /** The death of a connection, its will too. [tck-id-payloads-ndeath] It has no number. */
  public Announcement death(int bdSeq, long nowMillis) {
    return new Announcement(
        node().topic("NDEATH"), new SparkplugPayload(nowMillis, nowMillis).bdSeq(bdSeq).toBytes());
  }

  /**
   * The births of the node and of its devices, without their numbers, which go from 0 on.
   * [tck-id-payloads-nbirth-seq]
   */
  public List<Announcement> births(int bdSeq, long nowMillis) {
    List<Announcement> births = new ArrayList<>();
    SparkplugPayload own = new SparkplugPayload(nowMillis, nowMillis).bdSeq(bdSeq).rebirthControl();
    if (!plan.fleet().gateway()) {
      declare(own, 0);
    }
    births.add(new Announcement(node().topic("NBIRTH"), own.toBytes()));
    for (int device = 0; plan.fleet().gateway() && device < plan.devices().size(); device++) {
      SparkplugPayload its = new SparkplugPayload(nowMillis, nowMillis);
      declare(its, device);
      String name = plan.devices().get(device).name();
      births.add(new Announcement(node().topic("DBIRTH", name), its.toBytes()));
    }
    return births;
  }

  private void declare(SparkplugPayload birth, int device) {
    List<String> names = plan.devices().get(device).metrics();
    // A metric has one type, whatever the machine does, so that any message tells it.
    List<MetricValue> values = plan.values(device, device);
    for (int i = 0; i < names.size(); i++) {
      birth.declare(names.get(i), alias(plan, device, i), type(values.get(i)));
    }
  }

  private static DataType type(MetricValue value) {
    return switch (value) {
      case MetricValue.Decimal _ -> DataType.DOUBLE;
      case MetricValue.Whole _ -> DataType.INT64;
      case MetricValue.Flag _ -> DataType.BOOLEAN;
      case MetricValue.Text _ -> DataType.STRING;
    };
  }
}
