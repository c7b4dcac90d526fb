package qiantang.standalone.cassandra;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.SimpleStatement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import qiantang.standalone.cassandra.SharedCassandra.Address;
import qiantang.store.cassandra.Cassandra;
import qiantang.store.cassandra.CassandraConfig;
import qiantang.store.cassandra.SchemaException;
import qiantang.store.harness.Stages;
import qiantang.store.model.EnterpriseId;
import qiantang.store.registry.Platform;

@ExtendWith(SharedCassandra.class)
class SchemaIT {
  private static final List<String> TABLES =
      List.of(
          "access_changes",
          "audit_lines",
          "beginnings",
          "blocks",
          "changes_under_way",
          "chunks_10y",
          "chunks_1y",
          "chunks_30d",
          "counts",
          "credentials",
          "device_credentials",
          "device_identifiers",
          "devices",
          "disabled_devices",
          "enterprises",
          "events",
          "global_identifiers",
          "grants",
          "grants_received",
          "health",
          "journal",
          "kept_counts",
          "kept_hours",
          "lane_cursors",
          "layouts",
          "living_traces",
          "login_links",
          "masks",
          "own_identifiers",
          "packed_minutes",
          "platform_enterprises",
          "platform_hours",
          "platform_sums",
          "platforms",
          "registers",
          "rollups_10y",
          "rollups_1y",
          "rollups_30d",
          "schema_upgrades",
          "starts",
          "states",
          "tokens",
          "trace_records",
          "traces",
          "units",
          "whereabouts");

  private final Address address;

  SchemaIT(Address address) {
    this.address = address;
  }

  @Test
  void programsThatConnectAtTheSameTimeAllSucceed() throws Exception {
    CassandraConfig config = address.keyspace("schema_together");
    int programs = 3;
    CyclicBarrier barrier = new CyclicBarrier(programs);
    try (ExecutorService pool = Executors.newFixedThreadPool(programs)) {
      List<Future<Void>> runs = new ArrayList<>();
      for (int i = 0; i < programs; i++) {
        Platform platform = new Platform("p" + i, "n", "n", "industry");
        Callable<Void> program =
            () -> {
              barrier.await(60, TimeUnit.SECONDS);
              try (Cassandra cassandra = Cassandra.connect(config)) {
                // Every table is there for each of them, whoever made it.
                Stages.await(cassandra.registry().putPlatform(platform));
                Stages.await(cassandra.journal().readStarts());
                Stages.await(cassandra.folds().readPackedMinute(EnterpriseId.OPERATOR));
                Stages.await(cassandra.ping());
              }
              return null;
            };
        runs.add(pool.submit(program));
      }
      for (Future<Void> run : runs) {
        run.get(120, TimeUnit.SECONDS);
      }
    }
    try (CqlSession session = session()) {
      assertEquals(TABLES, tables(session, "schema_together"));
      assertEquals(
          List.of(
              "001-journal.cql true",
              "002-registry.cql true",
              "003-folds.cql true",
              "004-events.cql true",
              "005-rollups.cql true",
              "006-masks.cql true",
              "007-starts.cql true",
              "008-access.cql true",
              "009-quotas.cql true",
              "010-traces.cql true",
              "011-access.cql true",
              "012-health.cql true",
              "013-identifiers.cql true",
              "014-platforms.cql true",
              "015-conditions.cql true",
              "016-beginnings.cql true",
              "017-units.cql true"),
          upgrades(session, "schema_together"));
    }
  }

  @Test
  void connectingAgainChangesNothing() {
    CassandraConfig config = address.keyspace("schema_again");
    Platform platform = new Platform("p", "n", "n", "industry");
    try (Cassandra cassandra = Cassandra.connect(config)) {
      Stages.await(cassandra.registry().putPlatform(platform));
    }
    try (CqlSession session = session()) {
      List<String> before = ids(session, "schema_again");
      List<String> claims = claims(session, "schema_again");
      try (Cassandra cassandra = Cassandra.connect(config)) {
        assertEquals(List.of(platform), Stages.await(cassandra.registry().platforms()));
      }
      assertEquals(before, ids(session, "schema_again"));
      assertEquals(claims, claims(session, "schema_again"), "the claim of who applied it stays");
    }
  }

  @Test
  void aKeyspaceThatANewerVersionHasUpgradedIsRefused() {
    CassandraConfig config = address.keyspace("schema_newer");
    Cassandra.connect(config).close();
    try (CqlSession session = session()) {
      session.execute(
          "INSERT INTO schema_newer.schema_upgrades (name, applied_by, done)"
              + " VALUES ('999-newer.cql', 'x', true)");
      SchemaException refused =
          assertThrows(SchemaException.class, () -> Cassandra.connect(config));
      assertEquals(
          "cannot use keyspace schema_newer: a newer version has upgraded it (999-newer.cql);"
              + " run that version",
          refused.getMessage());
    }
  }

  @Test
  void anUpgradeWhoseProgramDiedIsFollowedWhenItsClaimHasExpired() {
    CassandraConfig config = address.keyspace("schema_died");
    try (CqlSession session = session()) {
      execute(
          session,
          "CREATE KEYSPACE schema_died WITH replication ="
              + " {'class': 'NetworkTopologyStrategy', 'datacenter1': 1}");
      execute(
          session,
          "CREATE TABLE schema_died.schema_upgrades"
              + " (name text PRIMARY KEY, applied_by text, done boolean)");
      execute(
          session,
          "INSERT INTO schema_died.schema_upgrades (name, applied_by, done)"
              + " VALUES ('001-journal.cql', 'dead', false) IF NOT EXISTS USING TTL 3");
      Cassandra.connect(config).close();
      assertEquals(TABLES, tables(session, "schema_died"));
      assertTrue(upgrades(session, "schema_died").contains("001-journal.cql true"));
    }
  }

  private CqlSession session() {
    return CqlSession.builder()
        .addContactPoint(address.contactPoint())
        .withLocalDatacenter("datacenter1")
        .build();
  }

  private static void execute(CqlSession session, String cql) {
    session.execute(SimpleStatement.newInstance(cql).setTimeout(Duration.ofSeconds(30)));
  }

  private static List<String> tables(CqlSession session, String keyspace) {
    return texts(
        session,
        "SELECT table_name AS text FROM system_schema.tables WHERE keyspace_name = '%s'"
            .formatted(keyspace));
  }

  private static List<String> ids(CqlSession session, String keyspace) {
    return texts(
        session,
        "SELECT cast(id AS text) AS text FROM system_schema.tables WHERE keyspace_name = '%s'"
            .formatted(keyspace));
  }

  private static List<String> claims(CqlSession session, String keyspace) {
    return texts(session, "SELECT applied_by AS text FROM %s.schema_upgrades".formatted(keyspace));
  }

  private static List<String> upgrades(CqlSession session, String keyspace) {
    return session
        .execute("SELECT name, done FROM %s.schema_upgrades".formatted(keyspace))
        .all()
        .stream()
        .map(row -> row.getString("name") + " " + row.getBoolean("done"))
        .sorted()
        .toList();
  }

  private static List<String> texts(CqlSession session, String cql) {
    return session.execute(cql).all().stream()
        .map(row -> String.valueOf(row.getString("text")))
        .sorted()
        .toList();
  }
}
