package qiantang.sim.wire;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import qiantang.sim.outcome.ExitCode;
import qiantang.sim.outcome.Outcome;

/**
 * Where a system is asked: one address, or several that are alike, such as the ingest nodes of a
 * cluster. Each publisher has one of its own by its number.
 *
 * @param all one or more, resolved
 */
public record Addresses(List<InetSocketAddress> all) {
  /** More than a machine can load; and a publisher counts no further than to try each again. */
  private static final int ADDRESSES_MAX = 32;

  /** Failed attempts in a row before another address is tried, as a device behind DNS would. */
  static final int ATTEMPTS_EACH = 3;

  private static final int PORT_MAX = 65_535;

  public static Addresses single(InetSocketAddress address) {
    return new Addresses(List.of(address));
  }

  /**
   * Reads {@code HOST:PORT} or several of them with commas between, and looks the hosts up.
   *
   * @param option that says it, for messages
   */
  public static Outcome<Addresses> parse(String option, String text) {
    List<InetSocketAddress> all = new ArrayList<>();
    for (String part : text.split(",", -1)) {
      switch (address(part.strip())) {
        case Outcome.Failed<InetSocketAddress> failed -> {
          return failed("cannot use " + option + " " + text + ": " + failed.message());
        }
        case Outcome.Done<InetSocketAddress>(InetSocketAddress address) -> all.add(address);
      }
    }
    if (all.size() > ADDRESSES_MAX) {
      return failed(
          "cannot use %s: %d addresses, at most %d".formatted(option, all.size(), ADDRESSES_MAX));
    }
    if (new HashSet<>(all).size() < all.size()) {
      return failed("cannot use " + option + " " + text + ": an address stands there twice");
    }
    return new Outcome.Done<>(new Addresses(List.copyOf(all)));
  }

  /** Likewise; nothing where nobody said anything. */
  public static Outcome<Optional<Addresses>> parseOptional(String option, @Nullable String text) {
    if (text == null) {
      return new Outcome.Done<>(Optional.empty());
    }
    return switch (parse(option, text)) {
      case Outcome.Failed<Addresses> failed -> failed.widen();
      case Outcome.Done<Addresses>(Addresses addresses) ->
          new Outcome.Done<>(Optional.of(addresses));
    };
  }

  private static Outcome<InetSocketAddress> address(String text) {
    int colon = text.lastIndexOf(':');
    if (colon < 1 || !text.substring(colon + 1).matches("\\d{1,5}")) {
      return failed("it must look like 127.0.0.1:1883");
    }
    // Brackets of an IPv6 address belong to the text, not to the address.
    String host = text.substring(0, colon).replaceAll("[\\[\\]]", "");
    int port = Integer.parseInt(text, colon + 1, text.length(), 10);
    if (port < 1 || port > PORT_MAX) {
      return failed("ports are 1 to " + PORT_MAX);
    }
    InetSocketAddress address = new InetSocketAddress(host, port);
    return address.isUnresolved()
        ? failed("there is no host of the name " + host)
        : new Outcome.Done<>(address);
  }

  private static <T> Outcome<T> failed(String message) {
    return new Outcome.Failed<>(ExitCode.USAGE, message);
  }

  /** Whether another attempt after so many failures leads to no address that is new. */
  public boolean allTried(int failures) {
    return all.size() == 1 || failures >= ATTEMPTS_EACH * all.size() - 1;
  }

  /**
   * Where publisher number {@code index} connects to: its own address, and after each {@value
   * #ATTEMPTS_EACH} attempts in a row that failed the next, its own in turn among them. Those whose
   * address is gone go to all others alike, not as a crowd to one.
   */
  public InetSocketAddress of(int index, int failures) {
    int count = all.size();
    int home = index % count;
    int round = failures / ATTEMPTS_EACH % count;
    if (round == 0) {
      return all.get(home);
    }
    int other = (index / count + round) % (count - 1);
    return all.get((home + 1 + other) % count);
  }

  /** As {@link #parse} reads it. */
  public String text() {
    return all.stream().map(Addresses::text).collect(Collectors.joining(","));
  }

  static String text(InetSocketAddress address) {
    String host = address.getHostString();
    return (host.contains(":") ? "[" + host + "]" : host) + ":" + address.getPort();
  }
}
