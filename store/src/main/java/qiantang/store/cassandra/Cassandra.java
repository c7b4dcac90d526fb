package qiantang.store.cassandra;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.config.DefaultDriverOption;
import com.datastax.oss.driver.api.core.config.DriverConfigLoader;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import qiantang.store.fold.FoldTables;
import qiantang.store.journal.JournalTables;
import qiantang.store.registry.Registry;

/** A connection to the database with the schema in place; hands out the ports. Any thread. */
public final class Cassandra implements AutoCloseable {
  // Longer than any healthy write, shorter than a keep-alive: then the same frame is written again.
  private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(5);
  // A database that comes back is noticed within this.
  private static final Duration RECONNECT_MAX = Duration.ofSeconds(2);

  private final CqlSession session;
  private final JournalTables journal;
  private final FoldTables folds;
  private final Registry registry;

  private Cassandra(CqlSession session) {
    this.session = session;
    journal = new CassandraJournal(session);
    folds = new CassandraFolds(session);
    registry = new CassandraRegistry(session);
  }

  /**
   * Connects, waits for the database if it is not up yet, and creates or upgrades the schema.
   * Blocks while it does; run it at a program's start only.
   *
   * @throws SchemaException where a newer version has upgraded it, or nobody finishes it
   */
  public static Cassandra connect(CassandraConfig config) {
    CqlSession session =
        CqlSession.builder()
            .addContactPoints(config.contactPoints())
            .withLocalDatacenter(config.datacenter())
            .withConfigLoader(driverConfig(config))
            .build();
    try {
      new Schema(session, config).ensure();
      return new Cassandra(session);
    } catch (RuntimeException e) {
      session.close();
      throw e;
    }
  }

  /** What the driver is told. */
  static DriverConfigLoader driverConfig(CassandraConfig config) {
    return DriverConfigLoader.programmaticBuilder()
        .withBoolean(DefaultDriverOption.RECONNECT_ON_INIT, true)
        .withDuration(DefaultDriverOption.REQUEST_TIMEOUT, REQUEST_TIMEOUT)
        .withString(DefaultDriverOption.REQUEST_CONSISTENCY, "LOCAL_QUORUM")
        .withString(DefaultDriverOption.REQUEST_SERIAL_CONSISTENCY, "LOCAL_SERIAL")
        .withDuration(DefaultDriverOption.RECONNECTION_BASE_DELAY, Duration.ofMillis(200))
        .withDuration(DefaultDriverOption.RECONNECTION_MAX_DELAY, RECONNECT_MAX)
        .withDuration(DefaultDriverOption.HEARTBEAT_INTERVAL, Duration.ofSeconds(10))
        // By how a keyspace is replicated the driver knows who has a row, and asks one of
        // them. Named, it is the only one whose schema is read.
        .withStringList(
            DefaultDriverOption.METADATA_SCHEMA_REFRESHED_KEYSPACES, List.of(config.keyspace()))
        // Each statement of an upgrade is followed by a look at the schema, which else waits a
        // second for a next one: 31 statements took 36 s, and take 5.
        .withDuration(DefaultDriverOption.METADATA_SCHEMA_WINDOW, Duration.ofMillis(1))
        // Schema makes the keyspace and then uses it, once, before anything else is sent.
        .withBoolean(DefaultDriverOption.REQUEST_WARN_IF_SET_KEYSPACE, false)
        // Nothing of ours is sent after a close, so there is nothing to wait 2 s for.
        .withInt(DefaultDriverOption.NETTY_IO_SHUTDOWN_QUIET_PERIOD, 0)
        .withInt(DefaultDriverOption.NETTY_ADMIN_SHUTDOWN_QUIET_PERIOD, 0)
        .withString(DefaultDriverOption.SESSION_NAME, "qiantang")
        .build();
  }

  /** The journal's tables. */
  public JournalTables journal() {
    return journal;
  }

  /** The tables of folds. */
  public FoldTables folds() {
    return folds;
  }

  /** The registry's tables. */
  public Registry registry() {
    return registry;
  }

  /** Completes when the database answers a trivial read; fails when it does not in time. */
  public CompletionStage<Void> ping() {
    return session
        .executeAsync("SELECT key FROM system.local")
        .thenCompose(rows -> CompletableFuture.runAsync(() -> {}, Runnable::run));
  }

  @Override
  public void close() {
    session.close();
  }
}
