package qiantang.standalone;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import qiantang.ingest.IngestMain;
import qiantang.ingest.net.Transports;
import qiantang.standalone.cassandra.CannotStartException;
import qiantang.store.cassandra.Cassandra;
import qiantang.store.cassandra.CassandraConfig;

/** {@code qiantang ingest}. */
@Command(
    name = "ingest",
    description = "Takes MQTT and writes to Cassandra: one node of as many as are needed.",
    mixinStandardHelpOptions = true)
final class IngestCommand implements Callable<Integer> {
  /** What it needs at most; with the store's and a second for the start all ends within 10 s. */
  private static final Duration STOP_LIMIT = Duration.ofSeconds(6);

  /** The driver lets its event loops be idle for 2 s before it ends them. */
  private static final Duration STORE_STOP_LIMIT = Duration.ofMillis(2500);

  @Spec private CommandSpec spec = CommandSpec.create();
  @Mixin private StoreOptions store = new StoreOptions();
  @Mixin private ListenOptions listen = new ListenOptions();
  @Mixin private IngestOptions options = new IngestOptions();

  @Option(names = "--node", paramLabel = "NAME", description = "Its name, for people.")
  private @Nullable String node;

  IngestOptions options() {
    return options;
  }

  /** What is read again before ingest has begun is taken when it has. */
  private Reload reload(CompletableFuture<IngestMain> begun) {
    return new Reload(
        spec,
        of -> ((IngestCommand) of).options(),
        settings -> {
          var _ = begun.thenAccept(ingest -> ingest.apply(settings));
        });
  }

  /** Runs until a signal ends the JVM. */
  @Override
  public Integer call() throws CannotStartException, InterruptedException {
    CassandraConfig database = store.config();
    Consumer<String> progress = line -> spec.commandLine().getErr().println("qiantang: " + line);
    Running running = Running.withShutdownHook(progress);
    try {
      Listeners listeners = listen.listeners();
      options.requireAllowed(listeners);
      options.logAsTold();
      CompletableFuture<IngestMain> begun = new CompletableFuture<>();
      reload(begun).onHangUp(); // before health says that it is ready
      listeners.requireFree(options.ports());
      Transports transports = options.transports(options.ports(), null);
      Cassandra cassandra = StoreOptions.connect(database, progress);
      running.add("store", STORE_STOP_LIMIT, cassandra);
      String name = node != null ? node : "pid-" + ProcessHandle.current().pid();
      IngestMain ingest = options.start(listeners, transports, name, cassandra);
      running.add("ingest", STOP_LIMIT, ingest);
      begun.complete(ingest);
      spec.commandLine().getOut().println("ready MQTT on port " + ingest.mqttPort());
      spec.commandLine().getOut().flush();
      new CountDownLatch(1).await();
      return 0;
    } finally {
      running.starterIsGone();
    }
  }
}
