package qiantang.standalone;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;
import qiantang.query.QueryMain;
import qiantang.standalone.cassandra.CannotStartException;
import qiantang.store.cassandra.Cassandra;
import qiantang.store.cassandra.CassandraConfig;

/** {@code qiantang query}. */
@Command(
    name = "query",
    description = "Answers HTTP from Cassandra: one node of as many as are needed.",
    mixinStandardHelpOptions = true)
final class QueryCommand implements Callable<Integer> {
  private static final Duration STOP_LIMIT = Duration.ofSeconds(10);
  private static final Duration STORE_STOP_LIMIT = Duration.ofSeconds(5);

  @Spec private CommandSpec spec = CommandSpec.create();
  @Mixin private StoreOptions store = new StoreOptions();
  @Mixin private ListenOptions listen = new ListenOptions();
  @Mixin private QueryOptions options = new QueryOptions();

  /** Runs until a signal ends the JVM. */
  @Override
  public Integer call() throws CannotStartException, InterruptedException {
    CassandraConfig database = store.config();
    Consumer<String> progress = line -> spec.commandLine().getErr().println("qiantang: " + line);
    Running running = Running.withShutdownHook(progress);
    try {
      Listeners listeners = listen.listeners();
      listeners.requireFree(options.ports());
      Cassandra cassandra = StoreOptions.connect(database, progress);
      running.add("store", STORE_STOP_LIMIT, cassandra);
      QueryMain query = options.start(listeners, cassandra);
      running.add("query", STOP_LIMIT, query);
      spec.commandLine().getOut().println("ready HTTP on port " + query.port());
      spec.commandLine().getOut().flush();
      new CountDownLatch(1).await();
      return 0;
    } finally {
      running.starterIsGone();
    }
  }
}
