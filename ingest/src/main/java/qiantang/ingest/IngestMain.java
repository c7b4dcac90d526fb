package qiantang.ingest;

import io.netty.channel.Channel;
import io.netty.channel.ChannelInboundHandler;
import io.netty.channel.EventLoop;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.time.Duration;
import java.time.InstantSource;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import qiantang.ingest.auth.Logins;
import qiantang.ingest.meter.Exposition;
import qiantang.ingest.meter.IngestMeter;
import qiantang.ingest.mqtt.AccessWatch;
import qiantang.ingest.mqtt.Budgets;
import qiantang.ingest.mqtt.Discovery;
import qiantang.ingest.mqtt.MqttSession;
import qiantang.ingest.mqtt.Node;
import qiantang.ingest.mqtt.SessionLoop;
import qiantang.ingest.net.Listeners;
import qiantang.ingest.net.Listeners.Layers;
import qiantang.ingest.net.Transports;
import qiantang.ingest.net.admission.AdmissionMeter;
import qiantang.ingest.net.tls.Tls;
import qiantang.ingest.net.tls.TlsFiles;
import qiantang.ingest.payload.Retained;
import qiantang.ingest.payload.sparkplug.HostApplication;
import qiantang.store.fold.FoldTables;
import qiantang.store.journal.Journal;
import qiantang.store.journal.JournalMeter;
import qiantang.store.journal.JournalTables;
import qiantang.store.journal.Ticker;
import qiantang.store.journal.Timers;
import qiantang.store.model.StartId;
import qiantang.store.registry.Registry;

/** An ingest node: constructed in the order in which a message walks, closed in reverse. */
public final class IngestMain implements AutoCloseable {
  /** How long {@link #close} waits for what is in flight. */
  private static final Duration DRAIN = Duration.ofSeconds(3);

  // Presence records follow the last session; they get this even after a slow drain. With the half
  // second that the loops have to end, close takes 4 s at most: the demo cuts it off after 5.
  private static final Duration LAST_RECORDS = Duration.ofMillis(500);

  // A loop that is asked whether it has sessions answers in microseconds unless it is stuck.
  private static final long ASK_MILLIS_MAX = 100;

  private static final Duration REOPEN = Duration.ofSeconds(1);
  private static final Duration SKEW_ALARM = Duration.ofSeconds(1);

  private static final Logger logger = LoggerFactory.getLogger(IngestMain.class);

  private final InstantSource clock = Clock.systemUTC();
  private final Ticker ticker = System::nanoTime;
  private final ScheduledExecutorService scheduler;
  private final Timers timers;
  private final IngestConfig config;
  private final JournalTables tables;
  private final IngestMeter meter = new IngestMeter();
  private final JournalMeter journalMeter = new JournalMeter(ticker, meter::frameStored);
  private final Budgets budgets;
  private final Node node;
  private final AdmissionMeter admissionMeter = new AdmissionMeter();
  private final Listeners listeners;
  private final StoreWatch storeWatch;
  private final AccessWatch accessWatch;
  private final Map<EventLoop, SessionLoop> loops = new HashMap<>();
  private final @Nullable RunningFolds folds;
  private final @Nullable HealthServer health;
  private final @Nullable Tls tls;
  private final Map<Layers, Integer> ports;

  // Guarded by this: replaced when another node has sealed the start.
  private @Nullable Journal journal;
  private @Nullable StartId lastStart;
  private boolean closed;

  /**
   * Starts a node; returns when its first heartbeat is stored and it listens.
   *
   * @param tables where it writes
   * @param foldTables where it folds to; null for a node that does not fold
   * @param registry whom it lets in
   */
  public static IngestMain start(
      IngestConfig config,
      JournalTables tables,
      @Nullable FoldTables foldTables,
      Registry registry) {
    return new IngestMain(config, tables, foldTables, registry);
  }

  private IngestMain(
      IngestConfig config,
      JournalTables tables,
      @Nullable FoldTables foldTables,
      Registry registry) {
    this.config = config;
    this.tables = tables;
    scheduler =
        Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("ingest-timer").daemon().factory());
    timers = this::after;
    budgets = new Budgets(config.budgetBytes());
    node =
        new Node(
            clock,
            ticker,
            new Logins(registry, clock, ticker, config.anonymous(), config.hasQuotas()),
            budgets,
            new Discovery(registry, scheduler, timers, meter),
            meter);
    node.retain(hostState(config.sparkplugHost()));
    storeWatch = new StoreWatch(tables::databaseTime, ticker, timers);
    accessWatch = new AccessWatch(registry, node, timers, scheduler);
    tls = tls(config.transports(), clock);
    listeners =
        new Listeners(
            config.eventLoops(), budgets.largePackets(), config.transports(), tls, admissionMeter);
    for (EventLoop loop : listeners.loops()) {
      SessionLoop sessions = new SessionLoop(node, loop);
      loops.put(loop, sessions);
      long tick = SessionLoop.TICK.toNanos();
      var _ = loop.scheduleAtFixedRate(sessions::tick, tick, tick, TimeUnit.NANOSECONDS);
    }
    folds = foldTables == null ? null : folds(foldTables, registry);
    expose();
    Readiness readiness = new Readiness(this::journal, storeWatch);
    health =
        config.httpPort() < 0
            ? null
            : new HealthServer(
                config.addresses(), config.httpPort(), readiness::run, meter.exposition()::scrape);
    openJournal().join();
    storeWatch.ask();
    accessWatch.poll();
    if (folds != null) {
      folds.begin();
    }
    ports = listen();
    logger.info("ingest node {} listens for MQTT on ports {}", config.node(), ports);
    if (tls != null) {
      var _ =
          scheduler.scheduleWithFixedDelay(
              tls::look, Tls.LOOK.toNanos(), Tls.LOOK.toNanos(), TimeUnit.NANOSECONDS);
    }
  }

  private static @Nullable Tls tls(Transports transports, InstantSource clock) {
    TlsFiles files = transports.tls();
    try {
      return files == null ? null : Tls.open(files, clock);
    } catch (IOException e) {
      throw new UncheckedIOException(e.getMessage(), e);
    }
  }

  private Map<Layers, Integer> listen() {
    Transports transports = config.transports();
    Map<Layers, Integer> wanted = new EnumMap<>(Layers.class);
    wanted.put(Layers.PLAIN, config.mqttPort());
    wanted.put(Layers.TLS, transports.mqttsPort());
    wanted.put(Layers.WEB_SOCKET, transports.wsPort());
    wanted.put(Layers.WEB_SOCKET_OVER_TLS, transports.wssPort());
    wanted.values().removeIf(port -> port < 0);
    wanted.replaceAll(
        (layers, port) -> listeners.listen(config.addresses(), port, layers, this::session));
    return wanted;
  }

  /** Edge nodes that wait for their host application find it there. */
  private Retained.Source hostState(String host) {
    String topic = HostApplication.stateTopic(host);
    return enterprise -> List.of(new Retained(topic, HostApplication.online(clock.millis()), 1));
  }

  /** The port of plain MQTT. */
  public int mqttPort() {
    return port(Layers.PLAIN);
  }

  /** The port of MQTT over these layers, -1 for none. */
  public int port(Layers layers) {
    return ports.getOrDefault(layers, -1);
  }

  /** The port of health and metrics, -1 for none. */
  public int httpPort() {
    return health == null ? -1 : health.port();
  }

  /** What is counted here. */
  public IngestMeter meter() {
    return meter;
  }

  /** Answers what is in flight, for 3 s at most, says goodbye, and ends; 4 s in all. */
  @Override
  public void close() {
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
    }
    storeWatch.close();
    accessWatch.close();
    if (folds != null) {
      folds.close();
    }
    long endNanos = ticker.nanos() + DRAIN.toNanos();
    listeners.stopAccepting();
    onLoops(SessionLoop::drain);
    await(endNanos, () -> openSessions() == 0);
    node.write(null);
    onLoops(SessionLoop::shutDown);
    @Nullable Journal open = journal();
    if (open != null) {
      await(Math.max(endNanos, ticker.nanos() + LAST_RECORDS.toNanos()), open::isIdle);
      open.close();
    }
    listeners.close();
    if (health != null) {
      health.close();
    }
    scheduler.shutdownNow();
    if (tls != null) {
      tls.close();
    }
  }

  private RunningFolds folds(FoldTables foldTables, Registry registry) {
    // Sessions come first: a node of two processors folds with one.
    int threads = Math.max(1, Runtime.getRuntime().availableProcessors() / 2);
    return new RunningFolds(
        tables, foldTables, registry, clock, ticker, timers, threads, this::lastStart);
  }

  /** Of a node that was sealed, the start that was: others fold until it has a new one. */
  private synchronized @Nullable StartId lastStart() {
    return lastStart;
  }

  /** Runs on the channel's event loop. */
  private ChannelInboundHandler session(Channel channel) {
    SessionLoop loop = loops.get(channel.eventLoop());
    if (loop == null) {
      throw new AssertionError("BUG: a channel on a loop of somebody else");
    }
    return new MqttSession(loop);
  }

  /** Opens a journal under a new start, trying until it is open. */
  private CompletableFuture<Void> openJournal() {
    CompletableFuture<Void> opened = new CompletableFuture<>();
    openJournal(opened);
    return opened;
  }

  private void openJournal(CompletableFuture<Void> opened) {
    StartId start = new StartId(UUID.randomUUID());
    Journal fresh =
        new Journal(
            tables,
            start,
            config.node(),
            folds != null,
            clock,
            ticker,
            timers,
            journalMeter,
            this::sealed);
    var _ =
        fresh
            .open()
            .whenComplete(
                (nothing, error) -> {
                  if (error != null) {
                    logger.warn("cannot open the journal, trying again: {}", error.toString());
                    fresh.close();
                    timers.after(REOPEN, () -> openJournal(opened));
                    return;
                  }
                  begin(fresh);
                  opened.complete(null);
                });
  }

  private void begin(Journal fresh) {
    synchronized (this) {
      journal = fresh;
      lastStart = fresh.start();
      if (!closed) {
        node.write(fresh);
      }
    }
    logger.info("start {} of node {} is open", fresh.start(), config.node());
  }

  /** Another node took us for dead: nothing more may be acknowledged under this start. */
  private void sealed() {
    @Nullable Journal ended;
    synchronized (this) {
      ended = journal;
      journal = null;
      if (closed) {
        return;
      }
    }
    node.write(null);
    if (ended != null) {
      ended.close();
    }
    onLoops(SessionLoop::sealed);
    var _ = openJournal();
  }

  private synchronized @Nullable Journal journal() {
    return journal;
  }

  private void expose() {
    Exposition exposition = meter.exposition();
    if (folds != null) {
      folds.showIn(exposition);
    }
    admissionMeter.showIn(exposition);
    if (tls != null) {
      tls.showIn(exposition);
    }
    exposition.gauge("qiantang_ingest_budget_bytes", "taken and not answered", budgets::takenBytes);
    exposition.gauge("qiantang_ingest_budget_limit_bytes", "their bound", budgets::limitBytes);
    exposition.gauge(
        "qiantang_ingest_heartbeat_fresh",
        "1 while acknowledgements are possible",
        () -> ofJournal(open -> open.isFresh() ? 1 : 0));
    exposition.gauge(
        "qiantang_ingest_clock_skew_seconds",
        "our clock minus the database's",
        () -> ofJournal(open -> open.clockSkew().toMillis() / 1000.0));
    exposition.gauge(
        "qiantang_ingest_clock_alarm",
        "1 when the clocks differ by a second or more",
        () -> ofJournal(open -> open.clockSkew().abs().compareTo(SKEW_ALARM) >= 0 ? 1 : 0));
    exposition.gauge(
        "qiantang_ingest_access_lag_seconds",
        "how old changes of access may be that living sessions do not follow yet",
        () -> accessWatch.lag().toMillis() / 1000.0);
    exposition.counter(
        "qiantang_ingest_frame_retries",
        "frame writes repeated because their outcome was unknown",
        journalMeter::retries);
  }

  private double ofJournal(ToDoubleFunction<Journal> value) {
    @Nullable Journal open = journal();
    return open == null ? 0 : value.applyAsDouble(open);
  }

  private void onLoops(Consumer<SessionLoop> task) {
    loops.forEach((loop, sessions) -> loop.execute(() -> task.accept(sessions)));
  }

  private long openSessions() {
    long[] open = new long[loops.size()];
    CountDownLatch asked = new CountDownLatch(open.length);
    int i = 0;
    for (Map.Entry<EventLoop, SessionLoop> entry : loops.entrySet()) {
      int at = i++;
      entry
          .getKey()
          .execute(
              () -> {
                open[at] = entry.getValue().openSessions();
                asked.countDown();
              });
    }
    try {
      if (!asked.await(ASK_MILLIS_MAX, TimeUnit.MILLISECONDS)) {
        return 1; // a loop is busy, so something is open
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    long sum = 0;
    for (long count : open) {
      sum += count;
    }
    return sum;
  }

  private void await(long endNanos, BooleanSupplier condition) {
    try {
      while (!condition.getAsBoolean() && ticker.nanos() < endNanos) {
        Thread.sleep(10);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void after(Duration delay, Runnable task) {
    if (!scheduler.isShutdown()) {
      var _ = scheduler.schedule(task, delay.toNanos(), TimeUnit.NANOSECONDS);
    }
  }
}
