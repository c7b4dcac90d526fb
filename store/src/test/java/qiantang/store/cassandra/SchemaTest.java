package qiantang.store.cassandra;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import qiantang.store.access.AuditTables;
import qiantang.store.fold.FoldTables;
import qiantang.store.fold.HealthTables;
import qiantang.store.fold.RecordTables;
import qiantang.store.journal.JournalTables;
import qiantang.store.kept.KeptTables;
import qiantang.store.registry.AccessChange;
import qiantang.store.trace.TraceTables;

class SchemaTest {
  private static final List<String> RESOURCES =
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
          "016-beginnings.cql");

  @Test
  void theResourcesAreSplitIntoStatements() {
    assertEquals(List.of("journal", "whereabouts", "starts"), tables("001-journal.cql"));
    assertEquals(
        List.of("platforms", "enterprises", "devices", "credentials", "tokens"),
        tables("002-registry.cql"));
    assertEquals(
        List.of(
            "blocks",
            "lane_cursors",
            "packed_minutes",
            "chunks_30d",
            "chunks_1y",
            "chunks_10y",
            "states",
            "layouts"),
        tables("003-folds.cql"));
    assertEquals(List.of("events", "registers", "counts"), tables("004-events.cql"));
    assertEquals(List.of("rollups_30d", "rollups_1y", "rollups_10y"), tables("005-rollups.cql"));
    assertEquals(List.of("masks"), tables("006-masks.cql"));
    assertEquals(
        List.of("device_credentials", "disabled_devices", "access_changes"),
        tables("008-access.cql"));
    assertEquals(List.of("traces", "living_traces", "trace_records"), tables("010-traces.cql"));
    assertEquals(
        List.of("login_links", "grants", "grants_received", "audit_lines"),
        tables("011-access.cql"));
    assertEquals(
        List.of("health", "kept_counts", "kept_hours", "platform_enterprises", "platform_sums"),
        tables("012-health.cql"));
    assertEquals(
        List.of("global_identifiers", "own_identifiers", "device_identifiers"),
        tables("013-identifiers.cql"));
    assertEquals(List.of("platform_hours"), tables("014-platforms.cql"));
    assertEquals(List.of("changes_under_way"), tables("015-conditions.cql"));
    assertEquals(List.of("beginnings"), tables("016-beginnings.cql"));
  }

  @Test
  void everyStatementIsWholeAndMayBeRepeated() {
    for (String name : RESOURCES) {
      for (String statement : Schema.statements(name)) {
        assertTrue(
            statement.matches(
                "(?s)((CREATE TABLE|ALTER TABLE \\w+ ADD) IF NOT EXISTS|ALTER TABLE \\w+ WITH) .*"),
            statement);
        assertFalse(statement.contains(";"), statement);
        assertFalse(statement.contains("--"), statement);
        assertEquals(count(statement, '('), count(statement, ')'), statement);
        assertTrue(
            statement.endsWith("}") || statement.startsWith("ALTER"),
            "with its options: " + statement);
      }
    }
  }

  @Test
  void whatIsSaidToBeKeptIsKeptForSoLong() {
    assertEquals(JournalTables.FRAMES_KEPT, kept("journal"));
    assertEquals(FoldTables.BLOCKS_KEPT, kept("blocks"));
    assertEquals(RecordTables.EVENTS_KEPT, kept("events"));
    assertEquals(AccessChange.KEPT, kept("access_changes"));
    assertEquals(AuditTables.KEPT, kept("audit_lines"));
    assertEquals(HealthTables.HEALTH_KEPT, kept("health"));
    assertEquals(KeptTables.HOURS_KEPT, kept("kept_hours"));
    assertEquals(KeptTables.HOURS_KEPT, kept("platform_hours"));
    assertEquals(TraceTables.RECORDS_KEPT, kept("trace_records"));
    assertEquals(TraceTables.TRACES_KEPT, kept("traces"));
    assertEquals(TraceTables.TRACES_KEPT, kept("living_traces"));
  }

  @Test
  void whatLeadsToFramesAndBlocksOutlivesThem() {
    for (String table : List.of("whereabouts", "starts", "lane_cursors")) {
      assertTrue(kept(table).compareTo(JournalTables.FRAMES_KEPT.plusDays(1)) > 0, table);
      assertTrue(kept(table).compareTo(FoldTables.BLOCKS_KEPT.plusDays(1)) > 0, table);
    }
  }

  /** By the last statement that says so. */
  private static Duration kept(String table) {
    Pattern pattern =
        Pattern.compile(
            "(?s)(CREATE TABLE IF NOT EXISTS|ALTER TABLE) %s\\b.*default_time_to_live = (\\d+)\\b.*"
                .formatted(table));
    Duration kept = Duration.ZERO;
    for (String name : RESOURCES) {
      for (String statement : Schema.statements(name)) {
        Matcher matcher = pattern.matcher(statement);
        if (matcher.matches()) {
          kept = Duration.ofSeconds(Long.parseLong(matcher.group(2)));
        }
      }
    }
    return kept;
  }

  @Test
  void aMissingResourceIsABug() {
    assertThrows(AssertionError.class, () -> Schema.statements("000-none.cql"));
  }

  private static List<String> tables(String name) {
    return Schema.statements(name).stream()
        .filter(statement -> statement.startsWith("CREATE TABLE "))
        .map(statement -> statement.split(" ", -1)[5])
        .toList();
  }

  private static long count(String text, char what) {
    return text.chars().filter(c -> c == what).count();
  }
}
