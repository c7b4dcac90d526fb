package qiantang.store.cassandra;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import qiantang.store.fold.RecordTables;
import qiantang.store.read.Tail;

class SchemaTest {
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
  }

  @Test
  void everyStatementIsWholeAndMayBeRepeated() {
    for (String name :
        List.of("001-journal.cql", "002-registry.cql", "003-folds.cql", "004-events.cql")) {
      for (String statement : Schema.statements(name)) {
        assertTrue(
            statement.matches("(?s)(CREATE TABLE|ALTER TABLE \\w+ ADD) IF NOT EXISTS .*"),
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
  void readersLookNoFurtherBackThanFramesAreKept() {
    String journal = Schema.statements("001-journal.cql").getFirst();
    assertTrue(
        journal.contains("default_time_to_live = " + Tail.KEPT_MINUTES * 60 + "\n"), journal);
  }

  @Test
  void readersLookNoFurtherBackThanEventsAreKept() {
    String events = Schema.statements("004-events.cql").getFirst();
    assertTrue(
        events.contains("default_time_to_live = " + RecordTables.EVENTS_KEPT.toSeconds() + "\n"),
        events);
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
