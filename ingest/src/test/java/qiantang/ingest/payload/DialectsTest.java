package qiantang.ingest.payload;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Every case of the recorded shapes: what a message becomes, and what is refused of it. */
class DialectsTest {
  @TestFactory
  Stream<DynamicTest> decodesAsRecorded() {
    return DialectCase.all().stream()
        .map(each -> DynamicTest.dynamicTest(each.name(), () -> check(each)));
  }

  private static void check(DialectCase each) {
    DialectSession session = new DialectSession(each.isGateway());
    for (DialectCase.Step step : each.steps()) {
      List<String> actual = session.lines(step);
      String all = step.topic() + "\n  " + String.join("\n  ", actual);
      assertEquals(step.expected().size(), actual.size(), all);
      for (int i = 0; i < actual.size(); i++) {
        assertMatches(step.expected().get(i), actual.get(i), all);
      }
    }
    session.close();
    assertEquals(0, session.budget.takenBytes(), "a session that ended gives all back");
  }

  /** Refusals give a part of their detail, behind the colon; all else is exact. */
  private static void assertMatches(String expected, String actual, String all) {
    int colon = expected.indexOf(": ");
    if (!expected.startsWith("refused ") || colon < 0) {
      assertEquals(expected, actual, all);
      return;
    }
    assertTrue(actual.startsWith(expected.substring(0, colon + 2)), all);
    assertTrue(actual.contains(expected.substring(colon + 2)), all);
  }
}
