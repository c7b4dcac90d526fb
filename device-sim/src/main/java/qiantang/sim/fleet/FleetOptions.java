package qiantang.sim.fleet;

import java.net.InetSocketAddress;
import java.util.function.LongSupplier;

/**
 * How a fleet connects and paces.
 *
 * @param connectPerSecond how fast connections are opened at first
 * @param backlogMax due messages that a publisher keeps while it cannot send; older ones are
 *     skipped and counted. {@link #KEEP_ALL} for a run that is audited
 * @param nanos the clock that paces; differences count, not its origin
 */
public record FleetOptions(
    InetSocketAddress address,
    int connectPerSecond,
    int loops,
    long backlogMax,
    LongSupplier nanos) {
  public static final long KEEP_ALL = Long.MAX_VALUE;
}
