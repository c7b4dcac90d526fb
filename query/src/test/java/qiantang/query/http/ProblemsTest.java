package qiantang.query.http;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.vertx.core.json.JsonArray;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import qiantang.query.OpenApi;

/** Types of problems are a promise: code, description and documents have the same ones. */
final class ProblemsTest {
  private static final Pattern ROW =
      Pattern.compile("\\| `(/problems/[a-z-]+)` \\| ([0-9]{3}) \\|.+");

  private static List<String> ofCode() {
    return Arrays.stream(Problem.values())
        .map(problem -> problem.type() + " " + problem.status())
        .sorted()
        .toList();
  }

  @Test
  void theDocumentHasARowOfEach() throws IOException {
    Path document = Path.of("..", "docs", "api.md");
    List<String> rows =
        Files.readAllLines(document).stream()
            .map(ROW::matcher)
            .filter(row -> row.matches())
            .map(row -> row.group(1) + " " + row.group(2))
            .sorted()
            .toList();
    assertEquals(ofCode(), rows, document + " has a table of problems: type, status, what to do");
  }

  @Test
  void theDescriptionListsEach() {
    JsonArray types =
        new OpenApi()
            .schemas()
            .getJsonObject("Problem")
            .getJsonObject("properties")
            .getJsonObject("type")
            .getJsonArray("enum");
    assertEquals(
        Arrays.stream(Problem.values()).map(Problem::type).sorted().toList(),
        types.stream().map(Object::toString).sorted().toList());
  }

  @Test
  void noTwoAreTheSame() {
    assertEquals(
        Problem.values().length,
        Arrays.stream(Problem.values()).map(Problem::type).distinct().count());
  }
}
