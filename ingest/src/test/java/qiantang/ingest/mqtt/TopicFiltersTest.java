package qiantang.ingest.mqtt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import qiantang.store.model.TopicFilters;

class TopicFiltersTest {
  @Test
  void filtersMatchLevelByLevel() {
    matches(true, "a/b", "a/b");
    matches(false, "a/b", "a/B"); // names are compared as they are
    matches(false, "a/b", "a/b/");
    matches(false, "a/b", "/a/b");
    matches(false, "a/b", "a");
    matches(false, "a", "a/b");
    matches(true, "a/+", "a/b");
    matches(true, "a/+", "a/"); // an empty level is a level
    matches(false, "a/+", "a");
    matches(false, "a/+", "a/b/c");
    matches(true, "+/b", "a/b");
    matches(true, "+/+", "/b");
    matches(false, "+", "/b");
    matches(true, "a/+/c", "a/b/c");
    matches(false, "a/+/c", "a/b/d");
    matches(true, "#", "a/b/c");
    matches(true, "a/#", "a");
    matches(true, "a/#", "a/b/c");
    matches(false, "a/#", "ab/c");
    matches(true, "a/+/#", "a/b");
    matches(false, "a/+/#", "a");
    matches(true, "spBv1.0/g/NCMD/n/#", "spBv1.0/g/NCMD/n");
    matches(true, "spBv1.0/STATE/#", "spBv1.0/STATE/host");
    matches(false, "spBv1.0/g/DCMD/n/#", "spBv1.0/g/DCMD/n2/d");
  }

  @Test
  void wildcardsAtTheBeginMatchNoDollarTopics() {
    matches(false, "#", "$SYS/a");
    matches(false, "+/a", "$SYS/a");
    matches(true, "$SYS/#", "$SYS/a");
    matches(true, "a/#", "a/$b");
  }

  @Test
  void wildcardsFillALevel() {
    for (String filter : List.of("a", "/", "+", "#", "a/#", "+/+/#", "/+", "a//b", "a b/ä", "$a")) {
      assertTrue(TopicFilters.isFilter(filter), filter);
    }
    for (String filter : List.of("", "a#", "#/a", "a/#/b", "a+", "+a", "a/b+/c", "##", "++")) {
      assertFalse(TopicFilters.isFilter(filter), filter);
    }
    assertTrue(TopicFilters.isFilter("/".repeat(60_000))); // row 18
  }

  private static void matches(boolean expected, String filter, String topic) {
    assertTrue(TopicFilters.isFilter(filter), filter);
    assertEquals(expected, TopicFilters.matches(filter, topic), filter + " " + topic);
  }
}
