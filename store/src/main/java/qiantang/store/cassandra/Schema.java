package qiantang.store.cassandra;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.Row;
import com.datastax.oss.driver.api.core.cql.SimpleStatement;
import com.datastax.oss.driver.api.core.servererrors.InvalidQueryException;
import com.datastax.oss.driver.api.core.servererrors.ServerError;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Creates the keyspace and applies the numbered .cql resources in order, each once: whoever inserts
 * an upgrade's row first applies it, the others wait until it says so.
 */
final class Schema {
  private static final List<String> UPGRADES =
      List.of(
          "001-journal.cql",
          "002-registry.cql",
          "003-folds.cql",
          "004-events.cql",
          "005-rollups.cql",
          "006-masks.cql",
          "007-starts.cql",
          "008-access.cql",
          "009-quotas.cql",
          "010-traces.cql",
          "011-access.cql",
          "012-health.cql",
          "013-identifiers.cql",
          "014-platforms.cql",
          "015-conditions.cql",
          "016-beginnings.cql",
          "017-units.cql");

  // An upgrade takes seconds; who claimed one and died is followed after this.
  private static final int CLAIM_SECONDS = 60;
  private static final Duration LOOK_AGAIN = Duration.ofMillis(200);
  private static final Duration STATEMENT_TIMEOUT = Duration.ofSeconds(30);
  private static final Duration WAIT_MAX = Duration.ofMinutes(5);

  private static final Logger logger = LoggerFactory.getLogger(Schema.class);

  private final CqlSession session;
  private final CassandraConfig config;
  private final String self = UUID.randomUUID().toString();

  Schema(CqlSession session, CassandraConfig config) {
    this.session = session;
    this.config = config;
  }

  void ensure() {
    if (!isPresent("SELECT keyspace_name FROM system_schema.keyspaces WHERE keyspace_name = ?")) {
      execute(
          ("CREATE KEYSPACE IF NOT EXISTS %s WITH replication ="
                  + " {'class': 'NetworkTopologyStrategy', '%s': %d}")
              .formatted(config.keyspace(), config.datacenter(), config.replication()));
    }
    waitFor("keyspace " + config.keyspace(), () -> isAnswered("USE " + config.keyspace()));
    if (!isPresent(
        "SELECT table_name FROM system_schema.tables"
            + " WHERE keyspace_name = ? AND table_name = 'schema_upgrades'")) {
      execute(
          "CREATE TABLE IF NOT EXISTS schema_upgrades"
              + " (name text PRIMARY KEY, applied_by text, done boolean)");
    }
    waitFor("table schema_upgrades", () -> isAnswered("SELECT name FROM schema_upgrades LIMIT 1"));
    UPGRADES.forEach(this::upgrade);
    refuseNewer();
  }

  private boolean isPresent(String query) {
    return session.execute(SimpleStatement.newInstance(query, config.keyspace())).one() != null;
  }

  /**
   * What somebody else makes at this moment is in the schema's tables before statements may name it
   * ("does not exist"), and may be named before it is open ("Unknown CF").
   */
  private boolean isAnswered(String query) {
    try {
      session.execute(query);
      return true;
    } catch (InvalidQueryException | ServerError e) {
      logger.info("the schema is not ready yet: {}", e.getMessage());
      return false;
    }
  }

  private void upgrade(String name) {
    waitFor("schema upgrade " + name, () -> isDone(name) || claimAndApply(name));
  }

  private boolean isDone(String name) {
    @Nullable Row row =
        session
            .execute(
                SimpleStatement.newInstance(
                    "SELECT done FROM schema_upgrades WHERE name = ?", name))
            .one();
    return row != null && row.getBoolean("done");
  }

  private boolean claimAndApply(String name) {
    boolean claimed =
        session
            .execute(
                SimpleStatement.newInstance(
                        "INSERT INTO schema_upgrades (name, applied_by, done) VALUES (?, ?, false)"
                            + " IF NOT EXISTS USING TTL "
                            + CLAIM_SECONDS,
                        name,
                        self)
                    .setTimeout(STATEMENT_TIMEOUT))
            .wasApplied();
    if (!claimed) {
      return false;
    }
    logger.info("applying schema upgrade {}", name);
    statements(name).forEach(this::execute);
    session.execute(
        SimpleStatement.newInstance(
                "UPDATE schema_upgrades SET applied_by = ?, done = true WHERE name = ?"
                    + " IF applied_by = ?",
                self,
                name,
                self)
            .setTimeout(STATEMENT_TIMEOUT));
    return true;
  }

  private void refuseNewer() {
    List<String> unknown = new ArrayList<>();
    for (Row row : session.execute("SELECT name FROM schema_upgrades")) {
      String name = String.valueOf(row.getString("name"));
      if (!UPGRADES.contains(name)) {
        unknown.add(name);
      }
    }
    if (!unknown.isEmpty()) {
      throw new SchemaException(
          "cannot use keyspace %s: a newer version has upgraded it (%s); run that version"
              .formatted(config.keyspace(), String.join(", ", unknown)));
    }
  }

  private void execute(String cql) {
    session.execute(SimpleStatement.newInstance(cql).setTimeout(STATEMENT_TIMEOUT));
    waitFor("schema agreement", session::checkSchemaAgreement);
  }

  private static void waitFor(String what, BooleanSupplier condition) {
    long deadline = System.nanoTime() + WAIT_MAX.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > deadline) {
        throw new SchemaException(
            "cannot go on: waited %d s for %s; look at the database's log"
                .formatted(WAIT_MAX.toSeconds(), what));
      }
      LockSupport.parkNanos(LOOK_AGAIN.toNanos());
    }
  }

  /** Statements of a resource: comments removed, split at semicolons at a line's end. */
  static List<String> statements(String name) {
    try (@Nullable InputStream resource = Schema.class.getResourceAsStream(name)) {
      if (resource == null) {
        throw new AssertionError("BUG: resource " + name + " is missing");
      }
      String text = new String(resource.readAllBytes(), UTF_8).replaceAll("(?m)^--.*$", "");
      List<String> statements = new ArrayList<>();
      for (String statement : text.split(";\\s*(\\n|$)", -1)) {
        if (!statement.isBlank()) {
          statements.add(statement.strip());
        }
      }
      return statements;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read schema resource " + name, e);
    }
  }
}
