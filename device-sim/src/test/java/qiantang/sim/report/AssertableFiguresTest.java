package qiantang.sim.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import qiantang.sim.plan.Threshold;
import qiantang.sim.plan.ThresholdTexts;

/** What the READMEs say may be asserted, against what the program knows and writes. */
class AssertableFiguresTest {
  private static final Path README = Path.of("README.md");
  private static final Pattern CODE = Pattern.compile("`([^`\n]+)`");

  private static final ObjectNode RESULT =
      ResultJson.of(Runs.disturbed(), Runs.environment("./qiantang sim run s.yaml"));

  @Test
  void theTableOfFiguresIsThatOfTheCode() throws IOException {
    List<String> rows = rows("| figure | unit | is | example |");
    Set<String> told = new TreeSet<>();
    for (String row : rows) {
      String[] cells = row.split(" \\| ", -1);
      names(cells[0]).forEach(name -> assertTrue(told.add(name), name + " stands there twice"));
      String example = names(cells[3]).toList().getFirst();
      assertTrue(ThresholdTexts.accepted(example), example);
      assertTrue(names(cells[0]).anyMatch(example::startsWith), example + " is of another row");
    }
    assertEquals(new TreeSet<>(Threshold.FIGURES), told);
  }

  @ParameterizedTest
  @ValueSource(strings = {"../README.md", "../README.zh.md"})
  void bothLanguagesNameAllFigures(String file) throws IOException {
    Set<String> told = new TreeSet<>(names(Files.readString(Path.of(file))).toList());
    Threshold.FIGURES.forEach(name -> assertTrue(told.contains(name), name));
  }

  /** A figure that the code forgot to fill in would be NaN, for which nothing holds. */
  @Test
  void everyFigureIsMeasured() {
    for (String figure : Threshold.FIGURES) {
      RunReport report =
          Runs.good(
              1_000, new Threshold(figure + " == -1", figure, Threshold.Comparison.EQUAL, -1));
      String missed =
          report.missedLimits().stream()
              .filter(line -> line.startsWith("\"" + figure + " == -1\""))
              .findFirst()
              .orElseThrow();
      assertFalse(missed.contains("NaN"), missed);
    }
  }

  @Test
  void whatAProgramMayAskForIsInTheResult() throws IOException {
    List<String> asserted = rows("| name | is |\n").stream().flatMap(row -> paths(row)).toList();
    assertTrue(asserted.contains("samples.LOST"), asserted::toString);
    for (String path : asserted) {
      assertFalse(RESULT.at("/" + path.replace('.', '/')).isMissingNode(), path);
    }
  }

  @Test
  void everyNameOfTheResultIsTold() throws IOException {
    Set<String> told = new TreeSet<>(names(Files.readString(README)).toList());
    RESULT.fieldNames().forEachRemaining(name -> assertTrue(told.contains(name), name));
    for (String group : List.of("messages", "disturbances", "environment")) {
      RESULT
          .path(group)
          .fieldNames()
          .forEachRemaining(name -> assertTrue(told.contains(name), group + "." + name));
    }
  }

  private static Stream<String> paths(String row) {
    return names(row.substring(0, row.indexOf(" | ")));
  }

  private static Stream<String> names(String text) {
    // Fences have no partner on their line.
    return CODE.matcher(text.replace("```", ""))
        .results()
        .map(MatchResult::group)
        .map(AssertableFiguresTest::bare);
  }

  private static String bare(String quoted) {
    return quoted.substring(1, quoted.length() - 1);
  }

  /** The rows of the first table with this head after the section's own heading. */
  private static List<String> rows(String head) throws IOException {
    String text = Files.readString(README);
    String section = text.substring(text.indexOf("## What may be asserted"));
    String table = section.substring(section.indexOf(head) + head.length()).strip();
    return table.lines().skip(1).takeWhile(line -> line.startsWith("|")).toList();
  }
}
