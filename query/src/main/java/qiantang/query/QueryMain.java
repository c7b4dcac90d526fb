package qiantang.query;

import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import qiantang.query.access.AccessWatch;
import qiantang.query.audit.Audit;
import qiantang.query.change.AccessChanges;
import qiantang.query.change.ChangeEnterprise;
import qiantang.query.change.ChangeIdentifiers;
import qiantang.query.change.ChangeQuotas;
import qiantang.query.change.Claims;
import qiantang.query.change.CreateCredential;
import qiantang.query.change.CreateDevices;
import qiantang.query.change.CreateEnterprise;
import qiantang.query.change.Credentials;
import qiantang.query.change.DeleteData;
import qiantang.query.change.DeleteDevice;
import qiantang.query.change.DeviceRows;
import qiantang.query.change.DisableDevice;
import qiantang.query.change.RevokeCredential;
import qiantang.query.change.Traces;
import qiantang.query.console.Console;
import qiantang.query.http.Conditions;
import qiantang.query.http.ConnectionEndpoints;
import qiantang.query.http.ConsoleEndpoints;
import qiantang.query.http.CredentialEndpoints;
import qiantang.query.http.DeletionEndpoints;
import qiantang.query.http.DeviceEndpoints;
import qiantang.query.http.Dispatcher;
import qiantang.query.http.Doorkeeper;
import qiantang.query.http.EnterpriseEndpoints;
import qiantang.query.http.HealthEndpoints;
import qiantang.query.http.OpenEndpoints;
import qiantang.query.http.Pace;
import qiantang.query.http.PlatformEndpoints;
import qiantang.query.http.QuotaEndpoints;
import qiantang.query.http.RequestMeter;
import qiantang.query.http.RouteTable;
import qiantang.query.http.RouterFactory;
import qiantang.query.http.StreamEndpoints;
import qiantang.query.http.TraceEndpoints;
import qiantang.query.limit.Attempts;
import qiantang.query.limit.Throttle;
import qiantang.query.live.FeedParts;
import qiantang.query.live.Live;
import qiantang.query.read.CheckReadiness;
import qiantang.query.read.DescribeCaller;
import qiantang.query.read.DeviceIndexes;
import qiantang.query.read.Devices;
import qiantang.query.read.GoneDevices;
import qiantang.query.read.KeptCounts;
import qiantang.query.read.ListCredentials;
import qiantang.query.read.ListDeletions;
import qiantang.query.read.ListDevices;
import qiantang.query.read.ListEnterprises;
import qiantang.query.read.LookAtDevices;
import qiantang.query.read.Places;
import qiantang.query.read.ReadConnections;
import qiantang.query.read.ReadEnterprise;
import qiantang.query.read.ReadHealth;
import qiantang.query.read.ReadPlatforms;
import qiantang.query.read.ReadQuotas;
import qiantang.query.read.ReadTrace;
import qiantang.query.read.SortDevices;
import qiantang.query.read.UnknownParts;
import qiantang.query.waiting.HeavyReads;
import qiantang.query.waiting.SampleBudget;
import qiantang.query.waiting.StoreWait;
import qiantang.store.count.EnterpriseCounter;
import qiantang.store.fold.Beginnings;
import qiantang.store.fold.FoldTables;
import qiantang.store.fold.Layouts;
import qiantang.store.journal.JournalTables;
import qiantang.store.journal.Ticker;
import qiantang.store.read.Reader;
import qiantang.store.read.Tail;
import qiantang.store.registry.Registry;

/** The HTTP API as a running program. */
public final class QueryMain implements AutoCloseable {
  // How long requests under way may take to end when the program stops.
  private static final Duration CLOSE_TIME_MAX = Duration.ofSeconds(5);

  // Looks at devices for live streams: so they leave most cores to all else.
  private static final int LOOKS_AT_ONCE = 2;

  // Heavy reads at work for each core: with two, one works while the other waits for the database.
  private static final int HEAVY_READS_PER_CORE = 2;

  private static final Logger logger = LoggerFactory.getLogger(QueryMain.class);

  private final Vertx vertx;
  private final ExecutorService decoders;
  private final ExecutorService virtualThreads;
  private final ScheduledExecutorService accessThread;
  private final Audit audit;
  private final RouteTable routes;
  private final int port;

  private QueryMain(
      Vertx vertx,
      ExecutorService decoders,
      ExecutorService virtualThreads,
      ScheduledExecutorService accessThread,
      Audit audit,
      RouteTable routes,
      int port) {
    this.vertx = vertx;
    this.decoders = decoders;
    this.virtualThreads = virtualThreads;
    this.accessThread = accessThread;
    this.audit = audit;
    this.routes = routes;
    this.port = port;
  }

  /** Starts it over the store's tables, which stay the caller's to close. */
  public static QueryMain start(
      QueryConfig config, JournalTables tables, FoldTables folds, Registry registry)
      throws CannotListenException {
    return start(config, tables, folds, registry, InstantSource.system());
  }

  static QueryMain start(
      QueryConfig config,
      JournalTables tables,
      FoldTables folds,
      Registry registry,
      InstantSource clock)
      throws CannotListenException {
    return start(config, tables, folds, registry, clock, System::nanoTime);
  }

  /** The ticker tells how much of a limit is earned again. */
  static QueryMain start(
      QueryConfig config,
      JournalTables tables,
      FoldTables folds,
      Registry registry,
      InstantSource clock,
      Ticker ticker)
      throws CannotListenException {
    int cores = Runtime.getRuntime().availableProcessors();
    ExecutorService decoders =
        Executors.newFixedThreadPool(
            cores, Thread.ofPlatform().name("query-decode-", 0).daemon().factory());
    ExecutorService virtualThreads = virtualThreads(config.platformThreads());

    StoreWait store = new StoreWait(config.storeTimeMax());
    RequestMeter meter = new RequestMeter();
    AccessParts access = AccessParts.of(registry, store, clock);
    HeavyReads heavyReads = heavyReads(config, meter, cores);
    Dispatcher dispatcher =
        new Dispatcher(
            access.authenticator(),
            new Doorkeeper(access.leaves(), access.enterprises(), new Places(registry, store)),
            access.trail(),
            heavyReads,
            new Pace(
                new Throttle(config.limits(), ticker),
                new Attempts(config.limits(), ticker),
                meter,
                ticker),
            meter,
            virtualThreads,
            config.requestsMax(),
            ticker);
    RouteTable routes =
        routes(
            config,
            tables,
            folds,
            registry,
            clock,
            decoders,
            virtualThreads,
            store,
            heavyReads,
            meter,
            access);
    RouterFactory routers = new RouterFactory(routes, dispatcher);

    Vertx vertx =
        Vertx.vertx(
            new VertxOptions()
                .setEventLoopPoolSize(cores)
                // We serve no files, so no cache folder is made for them.
                .setFileSystemOptions(
                    new FileSystemOptions()
                        .setFileCachingEnabled(false)
                        .setClassPathResolvingEnabled(false)));
    try {
      int port =
          new HttpListeners(vertx, routers::router, cores)
              .listen(config.bindAddresses(), config.httpPort());
      logger.info("the API listens on {} port {}", config.bindAddresses(), port);
      return new QueryMain(
          vertx, decoders, virtualThreads, access.start(), access.audit(), routes, port);
    } catch (CannotListenException | RuntimeException e) {
      new QueryMain(vertx, decoders, virtualThreads, access.start(), access.audit(), routes, 0)
          .close();
      throw e;
    }
  }

  /** A thread for each request; or so many of a pool, to be compared with. */
  private static ExecutorService virtualThreads(int platformThreads) {
    return platformThreads == 0
        ? Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("query-", 0).factory())
        : Executors.newFixedThreadPool(
            platformThreads, Thread.ofPlatform().name("query-", 0).daemon().factory());
  }

  /** The route table over its use cases over the store. */
  static RouteTable routes(
      QueryConfig config,
      JournalTables tables,
      FoldTables folds,
      Registry registry,
      InstantSource clock,
      Executor decoders,
      Executor virtualThreads,
      StoreWait store,
      HeavyReads heavyReads,
      RequestMeter meter,
      AccessParts access) {
    Beginnings beginnings = beginnings(registry, access.watch());
    Reader reader = reader(config, tables, folds, registry, beginnings, clock, decoders);
    KeptCounts kept = new KeptCounts(registry.kept(), store);
    Devices devices = new Devices(registry, reader, kept, store, clock);
    DeviceIndexes indexes = indexes(registry, reader, kept, clock);
    UnitParts units = UnitParts.of(registry.units(), store, devices, access.watch());
    Conditions conditions = new Conditions(registry, store);
    GoneDevices gone = new GoneDevices(registry, reader, store, access.watch());
    SampleBudget budget = budget(config, meter);
    DataParts data =
        new DataParts(reader, registry, devices, units, gone, budget, heavyReads, store, clock);
    ListEnterprises listEnterprises = new ListEnterprises(registry, access.leaves(), store);
    SecureRandom random = new SecureRandom();
    Credentials credentials = new Credentials(random, clock);
    AccessChanges changes = new AccessChanges(tables::databaseTime, store, random::nextLong);

    return new RouteTable(
        new OpenEndpoints(
            new CheckReadiness(
                registry, tables, new StoreWait(config.readyTimeMax()), System::nanoTime),
            meter),
        new ConsoleEndpoints(Console.load()),
        new EnterpriseEndpoints(
            new DescribeCaller(registry, listEnterprises, store),
            listEnterprises,
            new ReadEnterprise(registry, devices, kept, store),
            new CreateEnterprise(registry, store, clock),
            new ChangeEnterprise(registry, changes, store),
            conditions),
        new QuotaEndpoints(
            new ReadQuotas(registry, store),
            new ChangeQuotas(registry, changes, store),
            conditions),
        units.endpoints(conditions),
        devices(access, indexes, devices, units, gone, beginnings, credentials, changes),
        new CredentialEndpoints(
            new ListCredentials(registry, devices, store),
            new CreateCredential(registry, devices, store, credentials),
            new RevokeCredential(registry, changes, store),
            clock),
        access.tokens(credentials, changes),
        data.endpoints(),
        new ConnectionEndpoints(new ReadConnections(reader, devices, store)),
        new DeletionEndpoints(
            new DeleteData(registry, folds, devices, store, clock, random::nextLong),
            new ListDeletions(folds, store)),
        traces(tables, registry, store, clock, random),
        access.grants(new UnknownParts(devices, kept), credentials, changes),
        access.sessions(credentials, changes),
        access.lines(),
        health(reader, registry, kept, devices, decoders, store, clock),
        new PlatformEndpoints(new ReadPlatforms(registry, kept, PlanFigures.load(), store)),
        data.batch(kept),
        data.seriesQuery(),
        access.resolve(devices),
        streams(tables, folds, access, beginnings, devices, gone, decoders, virtualThreads, meter));
  }

  private static TraceEndpoints traces(
      JournalTables tables,
      Registry registry,
      StoreWait store,
      InstantSource clock,
      SecureRandom random) {
    return new TraceEndpoints(
        new Traces(registry.traces(), tables::databaseTime, store, random::nextLong),
        new ReadTrace(registry.traces(), store, clock, System::nanoTime),
        clock);
  }

  private static HeavyReads heavyReads(QueryConfig config, RequestMeter meter, int cores) {
    HeavyReads heavyReads =
        new HeavyReads(
            config.heavyReadsPerTokenMax(), HEAVY_READS_PER_CORE * cores, config.storeTimeMax());
    meter.gauge(
        "qiantang.http.heavy.waiting",
        "Heavy reads that wait until others end",
        heavyReads::waiting);
    return heavyReads;
  }

  private static SampleBudget budget(QueryConfig config, RequestMeter meter) {
    SampleBudget budget = new SampleBudget(config.samplesMax());
    meter.gauge(
        "qiantang.http.samples.free",
        "Samples that answers under way could still hold",
        budget::freeSamples);
    return budget;
  }

  private static DeviceIndexes indexes(
      Registry registry, Reader reader, KeptCounts kept, InstantSource clock) {
    StoreWait patient = new StoreWait(DeviceIndexes.STORE_TIME_MAX);
    return new DeviceIndexes(new Devices(registry, reader, kept, patient, clock), clock);
  }

  private static StreamEndpoints streams(
      JournalTables tables,
      FoldTables folds,
      AccessParts access,
      Beginnings beginnings,
      Devices devices,
      GoneDevices gone,
      Executor decoders,
      Executor virtualThreads,
      RequestMeter meter) {
    StoreWait store = access.store();
    Places places = new Places(access.registry(), store);
    Live live =
        new Live(
            new FeedParts(
                tables,
                folds,
                beginnings,
                new LookAtDevices(devices),
                places,
                gone,
                store,
                access.clock(),
                System::nanoTime,
                new Semaphore(LOOKS_AT_ONCE),
                decoders,
                virtualThreads));
    access.watch().tell(live::hear); // behind gone devices and beginnings, which have heard by then
    meter.gauge("qiantang.live.streams", "Live streams that are open", live::streams);
    return new StreamEndpoints(live, places, devices);
  }

  /** They are read once, and again when a device was created. */
  private static Beginnings beginnings(Registry registry, AccessWatch watch) {
    Beginnings beginnings = new Beginnings(registry, watch::hasHeard);
    watch.tell(
        change -> {
          if (change == null) {
            beginnings.forgetAll();
          } else if (change.device() != null && change.credential() == null) {
            beginnings.forget(change.enterprise());
          }
        });
    return beginnings;
  }

  private static Reader reader(
      QueryConfig config,
      JournalTables tables,
      FoldTables folds,
      Registry registry,
      Beginnings beginnings,
      InstantSource clock,
      Executor decoders) {
    return new Reader(
        new Tail(tables, folds, decoders, config.tailCacheBytesMax()),
        folds,
        new Layouts(folds, registry, System::nanoTime),
        beginnings,
        clock);
  }

  private static DeviceEndpoints devices(
      AccessParts access,
      DeviceIndexes indexes,
      Devices devices,
      UnitParts units,
      GoneDevices gone,
      Beginnings beginnings,
      Credentials credentials,
      AccessChanges changes) {
    Registry registry = access.registry();
    StoreWait store = access.store();
    InstantSource clock = access.clock();
    DeviceRows rows = new DeviceRows(registry, devices, store);
    Claims claims = new Claims(registry, store, clock);
    return new DeviceEndpoints(
        devices,
        new ListDevices(devices, indexes),
        new SortDevices(devices),
        new CreateDevices(registry, store, credentials, claims, gone, beginnings, changes, clock),
        new DisableDevice(registry, rows, changes, store),
        new ChangeIdentifiers(registry, rows, claims, store),
        new DeleteDevice(registry, rows, claims, gone, changes, store, clock),
        units.ofDevices(),
        new Conditions(registry, store));
  }

  private static HealthEndpoints health(
      Reader reader,
      Registry registry,
      KeptCounts kept,
      Devices devices,
      Executor decoders,
      StoreWait store,
      InstantSource clock) {
    EnterpriseCounter counter = new EnterpriseCounter(reader, registry, clock, decoders);
    return new HealthEndpoints(
        new ReadHealth(counter, kept, registry.kept(), devices, store), clock);
  }

  /** The port it listens on. */
  public int port() {
    return port;
  }

  /** Stops listening, cuts what is under way and ends all threads. */
  @Override
  public void close() {
    routes.endStreams();
    try {
      vertx.close().await(CLOSE_TIME_MAX.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      logger.warn("cannot close the API within {} s; going on", CLOSE_TIME_MAX.toSeconds());
    }
    virtualThreads.shutdownNow();
    accessThread.shutdownNow();
    audit.end();
    decoders.shutdownNow();
  }
}
