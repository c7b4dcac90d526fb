package qiantang.ingest;

import java.net.InetAddress;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import qiantang.ingest.meter.Exposition;
import qiantang.store.fold.FoldTables;
import qiantang.store.journal.JournalTables;
import qiantang.store.journal.StartWatch;
import qiantang.store.journal.Ticker;
import qiantang.store.registry.Registry;

/**
 * A program that folds and nothing else: all lanes and all enterprises, whoever else does, and it
 * seals starts that are dead. For clusters whose ingest nodes leave it, and for what they left.
 */
public final class FoldMain implements AutoCloseable {
  private static final Logger logger = LoggerFactory.getLogger(FoldMain.class);

  private final Ticker ticker = System::nanoTime;
  private final ScheduledExecutorService scheduler;
  private final StoreWatch storeWatch;
  private final StartWatch startWatch;
  private final RunningFolds folds;
  private final HealthServer health;

  /**
   * Starts it; returns when health and metrics can be asked for.
   *
   * @param addresses where it listens
   * @param httpPort health and metrics, 0 for a free one
   */
  public static FoldMain start(
      List<InetAddress> addresses,
      int httpPort,
      JournalTables journal,
      FoldTables tables,
      Registry registry) {
    return new FoldMain(addresses, httpPort, journal, tables, registry);
  }

  private FoldMain(
      List<InetAddress> addresses,
      int httpPort,
      JournalTables journal,
      FoldTables tables,
      Registry registry) {
    scheduler =
        Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("fold-timer").daemon().factory());
    storeWatch = new StoreWatch(journal::databaseTime, ticker, this::after);
    startWatch = new StartWatch(journal, null, ticker, this::after);
    folds =
        new RunningFolds(
            journal,
            tables,
            registry,
            Clock.systemUTC(),
            ticker,
            this::after,
            Runtime.getRuntime().availableProcessors(),
            () -> null);
    Exposition exposition = new Exposition();
    folds.showIn(exposition);
    health =
        new HealthServer(
            addresses,
            httpPort,
            () -> List.of(Readiness.storeCheck(storeWatch)),
            exposition::scrape);
    storeWatch.ask();
    startWatch.begin();
    folds.begin();
    logger.info("folding everything; health and metrics on port {}", health.port());
  }

  /** The port of health and metrics. */
  public int httpPort() {
    return health.port();
  }

  @Override
  public void close() {
    folds.close();
    startWatch.close();
    storeWatch.close();
    health.close();
    scheduler.shutdownNow();
  }

  private void after(Duration delay, Runnable task) {
    if (!scheduler.isShutdown()) {
      var _ = scheduler.schedule(task, delay.toNanos(), TimeUnit.NANOSECONDS);
    }
  }
}
