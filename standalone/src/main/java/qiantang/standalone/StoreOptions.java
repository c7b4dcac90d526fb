package qiantang.standalone;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import qiantang.standalone.cassandra.CannotStartException;
import qiantang.store.cassandra.Cassandra;
import qiantang.store.cassandra.CassandraConfig;

/** Which database, for the programs that run against one of somebody else's. */
final class StoreOptions {
  private static final long REMIND_SECONDS = 30;

  @Spec(Spec.Target.MIXEE)
  private CommandSpec command = CommandSpec.create();

  @Option(
      names = "--cassandra",
      paramLabel = "HOST[:PORT]",
      split = ",",
      converter = Words.Node.class,
      description =
          "Some of its nodes, separated by commas; port 9042 where none is said. "
              + "Default: 127.0.0.1")
  private List<InetSocketAddress> nodes =
      List.of(InetSocketAddress.createUnresolved("127.0.0.1", 9042));

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
      description = "Copies in the home data centre, 1 to 9, when the keyspace is made. Default: 3")
  private int replication = 3;

  CassandraConfig config() throws CannotStartException {
    List<InetSocketAddress> contactPoints = new ArrayList<>();
    for (InetSocketAddress node : nodes) {
      contactPoints.addAll(addresses(node));
    }
    try {
      return new CassandraConfig(contactPoints, datacenter, keyspace, replication);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(command.commandLine(), e.getMessage());
    }
  }

  /** Connects as soon as the database answers, and says now and then what is waited for. */
  static Cassandra connect(CassandraConfig database, Consumer<String> progress) {
    progress.accept("store: waiting until Cassandra answers at " + database.contactPoints());
    CountDownLatch isOver = new CountDownLatch(1);
    Thread.ofVirtual().start(() -> remind(database, progress, isOver));
    try {
      return Cassandra.connect(database);
    } finally {
      isOver.countDown();
    }
  }

  private static void remind(
      CassandraConfig database, Consumer<String> progress, CountDownLatch isOver) {
    try {
      while (!isOver.await(REMIND_SECONDS, TimeUnit.SECONDS)) {
        progress.accept(
            "store: still waiting for Cassandra at "
                + database.contactPoints()
                + ": see whether it runs there, and whether --cassandra and --datacenter are"
                + " right");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // nobody interrupts it; then there is no more to say
    }
  }

  /** All addresses of a name: behind one name there may be the whole cluster. */
  private static List<InetSocketAddress> addresses(InetSocketAddress node)
      throws CannotStartException {
    try {
      List<InetSocketAddress> addresses = new ArrayList<>();
      for (InetAddress address : InetAddress.getAllByName(node.getHostString())) {
        addresses.add(new InetSocketAddress(address, node.getPort()));
      }
      return addresses;
    } catch (UnknownHostException e) {
      throw new CannotStartException(
          "cannot find the host '%s' of --cassandra".formatted(node.getHostString()), e);
    }
  }
}
