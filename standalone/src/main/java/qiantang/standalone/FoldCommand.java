package qiantang.standalone;

import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import qiantang.ingest.FoldMain;
import qiantang.standalone.cassandra.CannotStartException;
import qiantang.store.cassandra.Cassandra;
import qiantang.store.cassandra.CassandraConfig;

/** {@code qiantang fold}. */
@Command(
    name = "fold",
    description = {
      "Sorts and packs what ingest nodes have taken, all of it; for nodes with --folds off.",
      "One is enough, more only do the same again."
    },
    mixinStandardHelpOptions = true)
final class FoldCommand implements Callable<Integer> {
  /** It waits for nothing. */
  private static final Duration STOP_LIMIT = Duration.ofSeconds(2);

  private static final Duration STORE_STOP_LIMIT = Duration.ofSeconds(5);

  @Spec private CommandSpec spec = CommandSpec.create();
  @Mixin private StoreOptions store = new StoreOptions();
  @Mixin private ListenOptions listen = new ListenOptions();

  @Option(
      names = "--fold-http-port",
      paramLabel = "PORT",
      converter = Words.Port.class,
      description = "Health and metrics. Default: ${DEFAULT-VALUE}")
  private int httpPort = 8082;

  /** Runs until a signal ends the JVM. */
  @Override
  public Integer call() throws CannotStartException, InterruptedException {
    CassandraConfig database = store.config();
    Consumer<String> progress = line -> spec.commandLine().getErr().println("qiantang: " + line);
    Running running = Running.withShutdownHook(progress);
    try {
      Listeners listeners = listen.listeners();
      listeners.requireFree(Map.of("--fold-http-port", httpPort));
      Cassandra cassandra = StoreOptions.connect(database, progress);
      running.add("store", STORE_STOP_LIMIT, cassandra);
      FoldMain folds = start(listeners, cassandra);
      running.add("fold", STOP_LIMIT, folds);
      spec.commandLine().getOut().println("ready health on port " + folds.httpPort());
      spec.commandLine().getOut().flush();
      new CountDownLatch(1).await();
      return 0;
    } finally {
      running.starterIsGone();
    }
  }

  private FoldMain start(Listeners listeners, Cassandra cassandra) throws CannotStartException {
    try {
      return FoldMain.start(
          listeners.addresses(),
          httpPort,
          cassandra.journal(),
          cassandra.folds(),
          cassandra.registry());
    } catch (UncheckedIOException e) {
      throw new CannotStartException("cannot start fold", e);
    }
  }
}
