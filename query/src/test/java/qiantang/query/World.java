package qiantang.query;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.net.http.HttpResponse;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import qiantang.store.access.Bounds;
import qiantang.store.access.Grant;
import qiantang.store.access.Party;
import qiantang.store.access.Subtree;
import qiantang.store.codec.EntryCodec;
import qiantang.store.journal.Append;
import qiantang.store.journal.ByteBudget;
import qiantang.store.journal.Journal;
import qiantang.store.journal.JournalMeter;
import qiantang.store.journal.JournalTables;
import qiantang.store.journal.Ticker;
import qiantang.store.memory.MemoryFolds;
import qiantang.store.memory.MemoryJournal;
import qiantang.store.memory.MemoryRegistry;
import qiantang.store.model.Counts;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;
import qiantang.store.model.Entry;
import qiantang.store.model.MetricValue;
import qiantang.store.model.Reading;
import qiantang.store.model.StartId;
import qiantang.store.model.Value;
import qiantang.store.model.WriteResult;
import qiantang.store.registry.AccessToken;
import qiantang.store.registry.Credential;
import qiantang.store.registry.Device;
import qiantang.store.registry.Enterprise;
import qiantang.store.registry.Platform;
import qiantang.store.registry.Registry;
import qiantang.store.registry.Retention;
import qiantang.store.registry.Role;

/** A store in memory, written through a real journal, with the API in front of it. */
final class World implements AutoCloseable {
  /** When everything happens; the journal's minutes do not move on. */
  static final Instant NOW = Instant.parse("2026-03-01T08:00:30Z");

  static final long NOW_MICROS = ChronoUnit.MICROS.between(Instant.EPOCH, NOW);

  final Gate gate = new Gate();
  final MemoryFolds folds = new MemoryFolds(gate);
  final MemoryRegistry registry = new MemoryRegistry();
  final Journal journal;
  final Api api;
  final String operator;

  private final SecureRandom random = new SecureRandom();
  private final QueryMain query;

  World() {
    this(config -> config, tables -> tables, rows -> rows);
  }

  /** A world whose API has another configuration, or sees the store through something. */
  World(
      UnaryOperator<QueryConfig> config,
      UnaryOperator<JournalTables> seenTables,
      Function<Registry, Registry> seenRegistry) {
    this(config, seenTables, seenRegistry, System::nanoTime);
  }

  /** A world in which limits are earned again as a ticker tells. */
  World(
      UnaryOperator<QueryConfig> config,
      UnaryOperator<JournalTables> seenTables,
      Function<Registry, Registry> seenRegistry,
      Ticker ticker) {
    InstantSource clock = InstantSource.fixed(NOW);
    MemoryJournal tables = new MemoryJournal(clock, gate, true);
    journal =
        new Journal(
            tables,
            new StartId(new UUID(1, 1)),
            "test",
            clock,
            () -> 0,
            (delay, task) -> {},
            new JournalMeter(() -> 0, (bytes, entries, nanos) -> {}),
            () -> {});
    journal.open().toCompletableFuture().join();
    registry.putPlatform(new Platform(Platform.BASE, "supET", "supET", "base"));
    registry.putPlatform(new Platform("textile", "纺织", "Textile", "industry"));
    operator = token(EnterpriseId.OPERATOR, Role.OPERATOR);
    try {
      query =
          QueryMain.start(
              config.apply(QueryConfig.onLoopback(0).on(List.of("127.0.0.1"))),
              seenTables.apply(tables),
              folds,
              seenRegistry.apply(registry),
              clock,
              ticker);
    } catch (CannotListenException e) {
      throw new AssertionError(e);
    }
    api = new Api(query.port());
  }

  /** Tables of which only so many more reads succeed. */
  static UnaryOperator<JournalTables> away(AtomicInteger readsLeft) {
    return seen(() -> readsLeft.getAndDecrement() > 0);
  }

  /** The first answer that is not 503, of a question that gets one read more each time. */
  static HttpResponse<String> asReadsFail(
      AtomicInteger readsLeft, Supplier<HttpResponse<String>> question) {
    HttpResponse<String> response;
    int reads = 0;
    do {
      readsLeft.set(reads++);
      response = question.get();
    } while (response.statusCode() == 503);
    readsLeft.set(Integer.MAX_VALUE);
    return response;
  }

  /** Tables that do something at each read. */
  static UnaryOperator<JournalTables> reading(Runnable each) {
    return seen(
        () -> {
          each.run();
          return true;
        });
  }

  private static UnaryOperator<JournalTables> seen(BooleanSupplier isThere) {
    return tables ->
        (JournalTables)
            Proxy.newProxyInstance(
                JournalTables.class.getClassLoader(),
                new Class<?>[] {JournalTables.class},
                (proxy, method, arguments) ->
                    method.getReturnType() == CompletionStage.class && !isThere.getAsBoolean()
                        ? CompletableFuture.failedFuture(new IOException("no node answers"))
                        : method.invoke(tables, arguments));
  }

  QueryMain query() {
    return query;
  }

  EnterpriseId enterprise(String id) {
    EnterpriseId enterprise = new EnterpriseId(id);
    registry.createEnterprise(
        new Enterprise(enterprise, "名 " + id, "杭州", List.of(Platform.BASE), Retention.YEAR_1, NOW));
    return enterprise;
  }

  Device device(EnterpriseId enterprise, String id, Device.Kind kind, @Nullable String gateway) {
    Device device =
        new Device(
            enterprise,
            new DeviceId(id),
            id,
            kind,
            gateway == null ? null : new DeviceId(gateway),
            "",
            "",
            "",
            false,
            NOW);
    registry.createDevice(device);
    return device;
  }

  void device(EnterpriseId enterprise, String id) {
    device(enterprise, id, Device.Kind.DEVICE, null);
  }

  /** A fresh token that is bounded. */
  String token(EnterpriseId owner, Role role, String id, Bounds bounds) {
    AccessToken token = AccessToken.draw(owner, random);
    registry.putCredential(
        new Credential(owner, id, token.hash(), role, null, id, NOW, null).with(bounds));
    return token.text();
  }

  /** The token of a platform's application. */
  String platform(String id) {
    return token(
        EnterpriseId.OPERATOR, Role.PLATFORM, "t-" + id, new Bounds(id, Set.of(), Subtree.ALL));
  }

  /**
   * A grant of an hour from now.
   *
   * @param leastSeconds of aggregates alone; 0 for samples too
   */
  void grant(
      EnterpriseId grantor,
      String id,
      Party grantee,
      Subtree part,
      Set<String> metrics,
      long leastSeconds) {
    Instant until = NOW.plusSeconds(3600);
    registry
        .grants()
        .put(
            new Grant(
                grantor,
                id,
                grantee,
                part,
                metrics,
                leastSeconds,
                "p",
                NOW,
                until,
                NOW,
                "x",
                null));
  }

  /** A fresh token of a person, or of a device where the role is one. */
  String token(EnterpriseId owner, Role role) {
    return token(owner, role, null);
  }

  String token(EnterpriseId owner, Role role, @Nullable Instant expires) {
    AccessToken token = AccessToken.draw(owner, random);
    boolean isDevices = role == Role.DEVICE || role == Role.GATEWAY;
    registry.putCredential(
        new Credential(
            owner,
            UUID.randomUUID().toString(),
            token.hash(),
            role,
            isDevices ? new DeviceId("d1") : null,
            role.word() + " of " + owner,
            NOW,
            expires));
    return token.text();
  }

  /** Stores entries, as an ingest node would; returns when they are acknowledged. */
  void send(EnterpriseId enterprise, Entry... entries) {
    AtomicInteger stored = append(enterprise, entries);
    if (stored.get() != entries.length) {
      throw new AssertionError("stored only " + stored);
    }
  }

  /** Stores samples of metric "m", one each microsecond back from now, so many in a message. */
  void sendBack(
      EnterpriseId enterprise, String device, int samples, int aMessage, IntFunction<Value> value) {
    for (int from = 0; from < samples; from += aMessage) {
      Reading[] readings =
          IntStream.range(from, from + aMessage)
              .mapToObj(i -> reading(device, NOW_MICROS - i, new MetricValue("m", value.apply(i))))
              .toArray(Reading[]::new);
      send(enterprise, message(device, readings));
    }
  }

  /** Hands entries to the lane; the counter tells how many were stored. */
  AtomicInteger append(EnterpriseId enterprise, Entry... entries) {
    AtomicInteger stored = new AtomicInteger();
    for (Entry entry : entries) {
      Counts counts =
          switch (entry) {
            case Entry.Readings message -> new Counts(1, 0, message.readings().size(), 0);
            case Entry.Rejection rejection -> new Counts(0, rejection.count(), 0, 0);
            case Entry.Birth birth -> Counts.NONE;
            case Entry.Presence presence -> Counts.NONE;
            case Entry.Death death -> Counts.NONE;
          };
      journal
          .lane(enterprise)
          .append(
              new Append(
                  enterprise,
                  EntryCodec.encode(entry),
                  counts,
                  new ByteBudget(1),
                  0,
                  Runnable::run,
                  result -> {
                    if (result instanceof WriteResult.Stored) {
                      stored.incrementAndGet();
                    }
                  }));
    }
    return stored;
  }

  /** A message of a device with one metric at one instant. */
  static Entry reading(String device, long eventTimeMicros, String metric, Value value) {
    return message(device, reading(device, eventTimeMicros, new MetricValue(metric, value)));
  }

  static Entry message(String publisher, Reading... readings) {
    return new Entry.Readings(new DeviceId(publisher), NOW_MICROS, Arrays.asList(readings));
  }

  static Reading reading(String device, long eventTimeMicros, MetricValue... values) {
    return new Reading(new DeviceId(device), eventTimeMicros, true, false, List.of(values));
  }

  static Entry presence(String publisher, long session, boolean connected) {
    return new Entry.Presence(
        new DeviceId(publisher),
        session,
        connected,
        connected ? "connect" : "disconnect",
        "client",
        "127.0.0.1:5",
        NOW_MICROS + session);
  }

  static JsonObject json(HttpResponse<String> response) {
    return new JsonObject(response.body());
  }

  @Override
  public void close() {
    gate.open();
    query.close();
    journal.close();
  }
}
