package qiantang.sim.plan;

import java.time.Duration;
import java.util.List;

/**
 * What goes wrong on purpose.
 *
 * @param malformed messages that are not what they should be
 * @param slowReaders share of connections that hardly read, 0 to 1
 * @param halfOpen share of connections that go silent without an end, 0 to 1
 * @param net what the network does to all connections
 */
public record Faults(Malformed malformed, double slowReaders, double halfOpen, Net net) {

  /** A share of the messages, spread evenly over the kinds. */
  public record Malformed(double share, List<MalformedKind> kinds) {}

  /** How a payload or topic is broken. */
  public enum MalformedKind {
    TRUNCATED("truncated"),
    BAD_UTF8("badUtf8"),
    NAN("nan"),
    DEEP_JSON("deepJson"),
    HUGE_TOPIC("hugeTopic");

    private final String label;

    MalformedKind(String label) {
      this.label = label;
    }

    /** The name in scenario files. */
    public String label() {
      return label;
    }
  }

  /**
   * A proxy between the fleet and the system.
   *
   * @param latency added to each direction
   * @param jitter by which the latency is more at most
   * @param bandwidthBytesPerSecond of each connection and direction; 0 for no limit
   * @param blackhole share of connections whose bytes vanish, 0 to 1
   * @param resetsPerSecond connections that are reset, of all together
   */
  public record Net(
      Duration latency,
      Duration jitter,
      long bandwidthBytesPerSecond,
      double blackhole,
      double resetsPerSecond) {
    public static final Net NONE = new Net(Duration.ZERO, Duration.ZERO, 0, 0, 0);
  }

  public static final Faults NONE = new Faults(new Malformed(0, List.of()), 0, 0, Net.NONE);
}
