package qiantang.sim.course;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import qiantang.sim.netem.Impairment;
import qiantang.sim.netem.NetemProxy;
import qiantang.sim.plan.Faults;
import qiantang.sim.plan.FleetSpec;
import qiantang.sim.plan.Scenario;
import qiantang.sim.preflight.Machine;
import qiantang.sim.wire.Addresses;
import qiantang.sim.wire.Servers;

/**
 * What lies between the fleet and the system: nothing, or a proxy before each address. Connections
 * are made through it from the first on; it impairs them only while the plan goes on, so that all
 * log in at first, and what is open at the end can be settled. One thread.
 */
public final class Network implements AutoCloseable {
  /** Jars, logs, the API's connections, event loops. */
  private static final long OTHER_FILES = 300;

  private final Faults.Net faults;
  private final long seed;
  private final Map<InetSocketAddress, NetemProxy> proxies = new LinkedHashMap<>();

  /** A network that does what a scenario says, the same for the same seed. */
  public Network(Faults.Net faults, long seed) {
    this.faults = faults;
    this.seed = seed;
  }

  /**
   * What befell connections.
   *
   * @param accepted that came through
   * @param reset cut with RST to both ends
   * @param blackholed whose bytes vanished
   */
  public record Counts(long accepted, long reset, long blackholed) {}

  /**
   * Why this machine cannot impair the network of a scenario, with the remedy; null if it can. Both
   * ends of each connection through a proxy are files of this process, beside the connections that
   * it makes itself, the half-open ones too.
   *
   * @param workers processes that connect; 1 is this one
   */
  public static @Nullable String lacks(Scenario scenario, int workers, Machine machine) {
    long connections =
        scenario.fleets().stream().mapToLong(FleetSpec::count).sum() + Course.halfOpenMax(scenario);
    long files = (workers == 1 ? 3 : 2) * connections + OTHER_FILES;
    long filesMax = machine.filesHard();
    if (scenario.faults().net().equals(Faults.Net.NONE)
        || filesMax == Machine.UNKNOWN
        || files <= filesMax) {
      return null;
    }
    return "faults.net takes %d open files of this process, and it may have %d; fewer connections,"
            .formatted(files, filesMax)
        + " or as root: prlimit --pid $$ --nofile="
        + files
        + ":"
        + files;
  }

  /**
   * Where to connect instead of this address.
   *
   * @throws IOException if no port of loopback can be had
   */
  public InetSocketAddress before(InetSocketAddress target) throws IOException {
    if (faults.equals(Faults.Net.NONE)) {
      return target;
    }
    NetemProxy proxy = proxies.get(target);
    if (proxy == null) {
      proxy = NetemProxy.start(target, Impairment.NONE);
      proxies.put(target, proxy);
    }
    return proxy.address();
  }

  /**
   * Where to connect instead of these servers.
   *
   * @throws IOException if no port of loopback can be had
   */
  public Servers before(Servers servers) throws IOException {
    Addresses plain = servers.plain();
    Servers.Secured secured = servers.secured();
    return new Servers(
        plain == null ? null : before(plain, false),
        secured == null
            ? null
            : new Servers.Secured(
                before(secured.addresses(), true), secured.authorities(), secured.tls()));
  }

  /** Over TLS a proxy goes by the name that the server's certificate has. */
  private Addresses before(Addresses targets, boolean overTls) throws IOException {
    List<InetSocketAddress> all = new ArrayList<>();
    for (InetSocketAddress target : targets.all()) {
      InetSocketAddress via = before(target);
      byte[] ip = via.getAddress().getAddress();
      all.add(
          overTls
              ? new InetSocketAddress(
                  InetAddress.getByAddress(target.getHostString(), ip), via.getPort())
              : via);
    }
    return new Addresses(List.copyOf(all));
  }

  /** The plan begins. */
  void begin() {
    impair(
        new Impairment(
            seed,
            faults.latency(),
            faults.jitter(),
            faults.bandwidthBytesPerSecond(),
            faults.blackhole(),
            0,
            0,
            Duration.ZERO,
            faults.resetsPerSecond()));
  }

  /** The plan has ended: from here on bytes go through, and what was blackholed is reset. */
  void end() {
    impair(Impairment.NONE);
  }

  private void impair(Impairment impairment) {
    proxies.values().forEach(proxy -> proxy.impair(impairment));
  }

  /** Null where there is no proxy. */
  @Nullable Counts counts() {
    if (proxies.isEmpty()) {
      return null;
    }
    long accepted = 0;
    long reset = 0;
    long blackholed = 0;
    for (NetemProxy proxy : proxies.values()) {
      accepted += proxy.accepted();
      reset += proxy.resets();
      blackholed += proxy.blackholed();
    }
    return new Counts(accepted, reset, blackholed);
  }

  @Override
  public void close() {
    proxies.values().forEach(NetemProxy::close);
  }
}
