package qiantang.ingest.mqtt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The tables of {@code docs/mqtt-conformance.md} name tests that exist, or say why there is none.
 */
class ConformanceTableTest {
  private static final Path ROOT =
      Path.of(System.getProperty("qiantang.root", "..")).toAbsolutePath().normalize();
  private static final Path TESTS = ROOT.resolve("ingest/src/test");

  private static final Pattern METHOD = Pattern.compile("`(\\w+Test)\\.(\\w+)`");
  private static final Pattern CASE = Pattern.compile("case \"([^\"]+)\"");
  private static final Pattern COUNTS =
      Pattern.compile("Of 5.0 (\\d+) .* (\\d+) with a test and (\\d+) .* of 3.1.1 (\\d+), (\\d+)");

  @Test
  void whatItNamesExists() throws IOException {
    Map<String, String> sources = sources();
    Set<String> cases = cases();
    Set<String> wrong = new TreeSet<>();
    for (String row : rows()) {
      Matcher methods = METHOD.matcher(row);
      Matcher named = CASE.matcher(row);
      int found = 0;
      for (; methods.find(); found++) {
        String source = sources.getOrDefault(methods.group(1), "");
        if (!source.contains(" void " + methods.group(2) + "()")) {
          wrong.add(methods.group());
        }
      }
      for (; named.find(); found++) {
        String name = named.group(1);
        if (cases.stream().noneMatch(one -> one.startsWith(name))) {
          wrong.add(named.group());
        }
      }
      if (found == 0 && !row.contains("deviation: ")) {
        wrong.add(row);
      }
    }
    assertEquals(Set.of(), wrong);
  }

  @Test
  void noStatementIsThereTwiceAndTheCountsAreRight() throws IOException {
    String text = Files.readString(ROOT.resolve("docs/mqtt-conformance.md"));
    int second = text.indexOf("## MQTT 3.1.1");
    List<String> rows = rows();
    long five = text.substring(0, second).lines().filter(ConformanceTableTest::isRow).count();
    long deviations = rows.stream().limit(five).filter(row -> row.contains("deviation: ")).count();
    Matcher counts = COUNTS.matcher(text);
    assertTrue(counts.find());
    assertEquals(Long.toString(five), counts.group(1));
    assertEquals(Long.toString(five - deviations), counts.group(2));
    assertEquals(Long.toString(rows.size() - five), counts.group(4));
    for (List<String> table :
        List.of(rows.subList(0, (int) five), rows.subList((int) five, rows.size()))) {
      Set<String> seen = new HashSet<>();
      table.forEach(row -> assertTrue(seen.add(row.split(" ", 3)[1]), row));
    }
  }

  private static boolean isRow(String line) {
    return line.startsWith("| MQTT-");
  }

  private static List<String> rows() throws IOException {
    return Files.readAllLines(ROOT.resolve("docs/mqtt-conformance.md")).stream()
        .filter(ConformanceTableTest::isRow)
        .toList();
  }

  private static Set<String> cases() throws IOException {
    Path file = TESTS.resolve("resources/qiantang/ingest/mqtt/packet-cases.txt");
    return Files.readAllLines(file).stream()
        .filter(line -> !line.isBlank() && !line.startsWith("#"))
        .map(line -> line.split("\\s*\\|\\s*", -1)[1])
        .collect(Collectors.toSet());
  }

  private static Map<String, String> sources() throws IOException {
    Map<String, String> sources = new HashMap<>();
    try (Stream<Path> files = Files.walk(TESTS.resolve("java"))) {
      for (Path file : files.filter(path -> path.toString().endsWith("Test.java")).toList()) {
        String name = file.getFileName().toString().replace(".java", "");
        sources.put(name, Files.readString(file));
      }
    }
    return sources;
  }
}
