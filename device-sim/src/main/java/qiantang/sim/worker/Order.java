package qiantang.sim.worker;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import qiantang.sim.fleet.Backoff;
import qiantang.sim.fleet.Disturbance;
import qiantang.sim.fleet.Lot;
import qiantang.sim.outcome.Outcome;
import qiantang.sim.wire.Addresses;
import qiantang.sim.wire.Password;
import qiantang.sim.wire.Servers;

/** What a coordinator tells a worker, in the order of the declarations. */
sealed interface Order {

  /**
   * What is to be sent, and which part of it.
   *
   * @param name of the scenario, for messages
   * @param scenario the text of its file
   * @param worker its number; it sends for the publishers whose index modulo {@code workers} it is
   * @param mqtt addresses; null where all use TLS
   * @param mqtts addresses of MQTT over TLS; null where nobody uses it
   * @param authorities PEM, who may sign their certificates; null for those that Java knows
   * @param connectPerSecond of this worker alone
   * @param sources addresses to connect from
   * @param password of all its connections; null for none
   */
  record Setup(
      String name,
      String scenario,
      String runId,
      int worker,
      int workers,
      @Nullable List<Host> mqtt,
      @Nullable List<Host> mqtts,
      @Nullable String authorities,
      int connectPerSecond,
      int loops,
      List<String> sources,
      @Nullable Password password)
      implements Order {

    Outcome<Servers> servers() {
      return Servers.of(Host.all(mqtt), Host.all(mqtts), authorities);
    }
  }

  /**
   * An address that the coordinator has found already: a worker that looked the name up itself
   * might find another, and a proxy before a server goes by the server's name, which its
   * certificate has.
   *
   * @param name as the user gave it
   * @param ip in digits
   */
  record Host(String name, String ip, int port) {
    static @Nullable List<Host> of(@Nullable Addresses addresses) {
      return addresses == null ? null : addresses.all().stream().map(Host::of).toList();
    }

    private static Host of(InetSocketAddress address) {
      String ip = address.getAddress().getHostAddress();
      return new Host(address.getHostString(), ip, address.getPort());
    }

    static @Nullable Addresses all(@Nullable List<Host> hosts) {
      return hosts == null ? null : new Addresses(hosts.stream().map(Host::address).toList());
    }

    private InetSocketAddress address() {
      byte[] bytes = InetAddress.ofLiteral(ip).getAddress();
      try {
        return new InetSocketAddress(InetAddress.getByAddress(name, bytes), port);
      } catch (UnknownHostException e) {
        throw new AssertionError("BUG: an address of " + bytes.length + " bytes", e);
      }
    }
  }

  /** The tokens of its next publishers, in their order. */
  record Tokens(List<String> tokens) implements Order {

    /** Leaves the tokens out. */
    @Override
    public String toString() {
      return tokens.size() + " tokens";
    }
  }

  record Connect() implements Order {}

  /**
   * The plan begins.
   *
   * @param reservedNanos nothing that is planned later is sent yet, in ns of the plan's time
   */
  record Begin(long startMillis, long reservedNanos) implements Order {}

  /** So far it may send now. */
  record Reserve(long reservedNanos) implements Order {}

  /** Times of the back-off in milliseconds. */
  record Disturb(
      Disturbance.Kind kind, long seed, int chosen, int of, long baseMillis, long capMillis)
      implements Order {

    Disturbance disturbance() {
      return new Disturbance(
          kind,
          new Lot(seed, chosen, of),
          new Backoff(Duration.ofMillis(baseMillis), Duration.ofMillis(capMillis)));
    }
  }

  /** Asks for the ledgers of some of its publishers so far, by their order. */
  record Ask(int from, int to) implements Order {}

  record Stop() implements Order {}
}
