package qiantang.sim.fleet;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import qiantang.sim.wire.Addresses;
import qiantang.sim.wire.Password;
import qiantang.sim.wire.Servers;

/**
 * How a fleet connects and paces.
 *
 * @param servers where it connects to
 * @param connectPerSecond how fast connections are opened at first
 * @param backlogMax due messages that a publisher keeps while it cannot send; older ones are
 *     skipped and counted. {@link #KEEP_ALL} for a run that is audited
 * @param nanos the clock that paces; differences count, not its origin
 * @param sources addresses that connections come from in turn, as each has 28,232 ports on a usual
 *     Linux; empty for the one that the machine chooses
 * @param password that goes with all their user names; null for none
 */
public record FleetOptions(
    Servers servers,
    int connectPerSecond,
    int loops,
    long backlogMax,
    LongSupplier nanos,
    List<InetAddress> sources,
    @Nullable Password password) {
  public static final long KEEP_ALL = Long.MAX_VALUE;

  /** Options of publishers whose user names are tokens, without a password. */
  public FleetOptions(
      Servers servers,
      int connectPerSecond,
      int loops,
      long backlogMax,
      LongSupplier nanos,
      List<InetAddress> sources) {
    this(servers, connectPerSecond, loops, backlogMax, nanos, sources, null);
  }

  /** Options of a fleet without TLS; publishers are spread over the servers by their numbers. */
  public FleetOptions(
      Addresses servers,
      int connectPerSecond,
      int loops,
      long backlogMax,
      LongSupplier nanos,
      List<InetAddress> sources) {
    this(Servers.plain(servers), connectPerSecond, loops, backlogMax, nanos, sources);
  }

  /** Options of a fleet that is small enough for one server and one source address. */
  public FleetOptions(
      InetSocketAddress address,
      int connectPerSecond,
      int loops,
      long backlogMax,
      LongSupplier nanos) {
    this(Addresses.single(address), connectPerSecond, loops, backlogMax, nanos, List.of());
  }

  /**
   * Where publisher number {@code index} connects from; null for any. Its server goes by the number
   * modulo {@code servers}, so its source goes by the rest: all pairs of both are used alike, each
   * with ports of its own.
   */
  @Nullable InetAddress source(int index, int servers) {
    return sources.isEmpty() ? null : sources.get(index / servers % sources.size());
  }
}
