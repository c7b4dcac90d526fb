package qiantang.standalone;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;
import qiantang.standalone.cassandra.CannotStartException;
import qiantang.store.cassandra.CassandraConfig;

/** Which database, for the programs that run against one of somebody else's. */
final class StoreOptions {
  private static final int CQL_PORT = 9042;

  @Option(
      names = "--cassandra",
      paramLabel = "HOST:PORT",
      split = ",",
      description = "Some of its nodes, separated by commas. Default: ${DEFAULT-VALUE}")
  private List<String> nodes = List.of("127.0.0.1:9042");

  @Option(
      names = "--datacenter",
      paramLabel = "NAME",
      description = "The home data centre, where quorums are formed. Default: ${DEFAULT-VALUE}")
  private String datacenter = "datacenter1";

  @Option(
      names = "--keyspace",
      paramLabel = "NAME",
      description = "Created with its tables if missing. Default: ${DEFAULT-VALUE}")
  private String keyspace = "qiantang";

  @Option(
      names = "--replication",
      paramLabel = "N",
      description = "Copies in the home data centre, when the keyspace is made. Default: 3")
  private int replication = 3;

  CassandraConfig config() throws CannotStartException {
    List<InetSocketAddress> contactPoints = new ArrayList<>();
    for (String node : nodes) {
      contactPoints.addAll(addresses(node));
    }
    try {
      return new CassandraConfig(contactPoints, datacenter, keyspace, replication);
    } catch (IllegalArgumentException e) {
      throw new CannotStartException("cannot connect to Cassandra", e);
    }
  }

  /** All addresses of a name: behind one name there may be the whole cluster. */
  private static List<InetSocketAddress> addresses(String node) throws CannotStartException {
    int colon = node.lastIndexOf(':');
    boolean portGiven = colon > node.lastIndexOf(']') && node.indexOf(':') == colon;
    portGiven |= colon > 0 && node.charAt(colon - 1) == ']';
    String host = portGiven ? node.substring(0, colon) : node;
    try {
      int port = portGiven ? Integer.parseInt(node.substring(colon + 1)) : CQL_PORT;
      List<InetSocketAddress> addresses = new ArrayList<>();
      for (InetAddress address : InetAddress.getAllByName(host)) {
        addresses.add(new InetSocketAddress(address, port));
      }
      return addresses;
    } catch (UnknownHostException | IllegalArgumentException e) {
      throw new CannotStartException(
          "cannot use '%s' of --cassandra: it takes host:port".formatted(node), e);
    }
  }
}
