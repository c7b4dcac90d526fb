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
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
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
import qiantang.ingest.mqtt.TraceWatch;
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
import qiantang.store.journal.LimitedLog;
import qiantang.store.journal.Ticker;
import qiantang.store.journal.Timers;
import qiantang.store.model.StartId;
import qiantang.store.registry.Registry;

/** An ingest node: constructed in the order in which a message walks, closed in reverse. */
public final class IngestMain implements AutoCloseable {
  private static final Duration REOPEN = Duration.ofSeconds(1);
  private static final Duration SKEW_ALARM = Duration.ofSeconds(1);

  private static final Logger logger = LoggerFactory.getLogger(IngestMain.class);

  private final InstantSource clock = Clock.systemUTC();
  private final Ticker ticker = System::nanoTime;
  private final LimitedLog openTrouble = new LimitedLog(logger, ticker);
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
  private final TraceWatch traceWatch;
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
    node.tell(config.live().terms());
    storeWatch = new StoreWatch(tables::databaseTime, ticker, timers);
    accessWatch = new AccessWatch(registry, node, timers, scheduler);
    traceWatch = new TraceWatch(registry.traces(), node, timers, scheduler);
    tls = tls(config.transports(), clock);
    listeners =
        new Listeners(
            config.eventLoops(), config.transports(), tls, config.live().allowed(), admissionMeter);
    for (EventLoop loop : listeners.loops()) {
      SessionLoop sessions = new SessionLoop(node, loop, timersOf(loop));
      loops.put(loop, sessions);
      long tick = SessionLoop.TICK.toNanos();
      var _ = loop.scheduleAtFixedRate(sessions::tick, tick, tick, TimeUnit.NANOSECONDS);
    }
    folds = foldTables == null ? null : folds(foldTables, registry);
    expose();
    Readiness readiness = new Readiness(this::journal, storeWatch, node::isEnding);
    health =
        config.httpPort() < 0
            ? null
            : new HealthServer(
                config.addresses(), config.httpPort(), readiness::run, meter.exposition()::scrape);
    openJournal().join();
    storeWatch.ask();
    accessWatch.poll();
    traceWatch.begin();
    if (folds != null) {
      folds.begin();
    }
    ports = listen();
    logger.info("ingest node {} listens for MQTT on ports {}", config.node(), ports);
    if (tls != null) {
      node.revoke(tls.revoked());
      long look = Tls.LOOK.toNanos();
      var _ = scheduler.scheduleWithFixedDelay(() -> look(tls), look, look, TimeUnit.NANOSECONDS);
    }
  }

  private static Timers timersOf(EventLoop loop) {
    return (delay, task) -> {
      var _ = loop.schedule(task, delay.toNanos(), TimeUnit.NANOSECONDS);
    };
  }

  /** Sessions whose certificate is revoked by new files end. */
  private void look(Tls files) {
    if (files.look()) {
      node.revoke(files.revoked());
      onLoops(SessionLoop::checkCertificates);
    }
  }

  /** These hold from now on, for whoever comes and is told something; sessions there go on. */
  public void apply(LiveSettings settings) {
    node.tell(settings.terms());
    listeners.allow(settings.allowed());
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

  /**
   * Takes nobody in any more, lets the sessions go over 3 s, each when what it has in flight is
   * answered, and ends; 5 s in all, whatever clients and store do.
   */
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
    Draining draining = new Draining(loops, ticker);
    node.end();
    listeners.stopAccepting();
    draining.run();
    node.write(null);
    onLoops(SessionLoop::shutDown);
    @Nullable Journal open = journal();
    draining.awaitLastWords(() -> open == null || open.isIdle());
    if (open != null) {
      open.close();
    }
    listeners.close();
    if (health != null) {
      health.close();
    }
    traceWatch.close(); // with what sessions told of their ends
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
                    openTrouble.warn("cannot open the journal, trying again", error);
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
        "qiantang_ingest_draining", "1 while the node ends", () -> node.isEnding() ? 1 : 0);
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

  private void after(Duration delay, Runnable task) {
    if (!scheduler.isShutdown()) {
      var _ = scheduler.schedule(task, delay.toNanos(), TimeUnit.NANOSECONDS);
    }
  }
}
