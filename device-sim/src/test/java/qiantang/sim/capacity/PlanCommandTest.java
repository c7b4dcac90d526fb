package qiantang.sim.capacity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class PlanCommandTest {
  private String text = "";

  @Test
  void theTableHasEveryStepWithItsFormulaAndEveryFigureWithItsSource() {
    assertEquals(0, run("--devices", "50M", "--enterprises", "100000"));
    for (UnitFigure figure : UnitFigure.values()) {
      assertTrue(text.contains(figure.label()), figure::label);
      assertTrue(text.contains(figure.source()), figure::source);
    }
    assertTrue(text.contains("5 M/s  = connections / period"), text);
    assertTrue(text.contains("decided by disk"), text);
  }

  @Test
  void oneOfEachIsCountedAsOne() {
    String[] one = {"--devices", "1", "--enterprises", "1", "--replication", "1", "--spares", "0"};
    assertEquals(0, run(one), text);
    assertTrue(text.contains("1 device of 1 enterprise, "), text);
    assertTrue(text.contains("1 copy; nodes of "), text);
    assertTrue(text.contains("     1 node, decided by"), text);
    assertFalse(text.matches("(?s).*\\b1 (nodes|cores|devices|messages/s).*"), text);
  }

  @Test
  void aFigureOfOnesOwnReplacesTheDefault() throws Exception {
    assertEquals(0, run("--devices", "50M", "--json"));
    double byDefault = kept();
    assertEquals(0, run("--devices", "50M", "--figure", "disk-bytes-per-sample=2.8", "--json"));
    assertEquals(2 * byDefault, kept(), byDefault * 1e-9);
    JsonNode json = new JsonMapper().readTree(text);
    assertEquals(2.8, find(json.path("figures"), "disk-bytes-per-sample").path("value").asDouble());
    assertEquals(
        "given", find(json.path("figures"), "disk-bytes-per-sample").path("source").asText());
  }

  @Test
  void whatIsWrongIsNamed() {
    assertEquals(4, run("--devices", "many"));
    assertTrue(text.contains("50M"), text);
    assertEquals(4, run("--devices", "1M", "--period", "10"));
    assertTrue(text.contains("500ms, 10s"), text);
    assertEquals(4, run("--devices", "1M", "--figure", "speed-of-light=3"));
    assertTrue(text.contains("connection-bytes"), text);
    assertEquals(4, run("--devices", "1M", "--node-memory", "1G"));
    assertTrue(text.contains("--node-memory"), text);
    assertEquals(4, run("--devices", "1M", "--replication", "0"));
  }

  private double kept() throws Exception {
    return find(new JsonMapper().readTree(text).path("steps"), "history kept")
        .path("value")
        .asDouble();
  }

  private static JsonNode find(JsonNode list, String name) {
    for (JsonNode node : list) {
      if (node.path("name").asText().equals(name)) {
        return node;
      }
    }
    throw new AssertionError("no " + name + " in " + list);
  }

  private int run(String... arguments) {
    StringWriter out = new StringWriter();
    int exitCode =
        new CommandLine(new PlanCommand())
            .setOut(new PrintWriter(out))
            .setErr(new PrintWriter(out))
            .execute(arguments);
    text = out.toString();
    return exitCode;
  }
}
