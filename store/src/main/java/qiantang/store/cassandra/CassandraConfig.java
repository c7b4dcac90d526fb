package qiantang.store.cassandra;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Where the database is and how data is replicated there.
 *
 * @param contactPoints some of its nodes
 * @param datacenter the home data centre, where quorums are formed
 * @param keyspace name of the keyspace, {@code [a-z][a-z0-9_]*}
 * @param replication copies in the home data centre: 1 for one node, else 3
 */
public record CassandraConfig(
    List<InetSocketAddress> contactPoints, String datacenter, String keyspace, int replication) {
  private static final Pattern KEYSPACE = Pattern.compile("[a-z][a-z0-9_]{0,47}");
  private static final Pattern DATACENTER = Pattern.compile("[A-Za-z0-9_-]{1,64}");

  public CassandraConfig {
    if (contactPoints.isEmpty()) {
      throw new IllegalArgumentException("cannot use no contact points: name at least one node");
    }
    // Both become part of CQL text, so their form is the defence.
    if (!KEYSPACE.matcher(keyspace).matches()) {
      throw new IllegalArgumentException(
          "cannot use '" + keyspace + "' as a keyspace: it takes [a-z][a-z0-9_]*, at most 48");
    }
    if (!DATACENTER.matcher(datacenter).matches()) {
      throw new IllegalArgumentException(
          "cannot use '" + datacenter + "' as a data centre: it takes [A-Za-z0-9_-], at most 64");
    }
    if (replication < 1 || replication > 9) {
      throw new IllegalArgumentException(
          "cannot use a replication of " + replication + ": it takes 1 to 9");
    }
  }

  /** One node on this machine, as the demo has it. */
  public static CassandraConfig local(int cqlPort) {
    return new CassandraConfig(
        List.of(new InetSocketAddress(InetAddress.getLoopbackAddress(), cqlPort)),
        "datacenter1",
        "qiantang",
        1);
  }
}
