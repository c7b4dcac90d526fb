package qiantang.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import qiantang.bench.HeavyQuestions.Question;
import qiantang.store.model.EnterpriseId;

/**
 * The program that {@link AskingProcess} starts. Its first line says what to ask; each further one
 * is a command, which it answers with one line of JSON: {@code ask}, {@code pause}, {@code
 * tallies}. It ends with its input.
 */
final class AskingMain {
  private AskingMain() {}

  public static void main(String[] arguments) throws IOException, InterruptedException {
    BufferedReader in = new BufferedReader(new InputStreamReader(System.in, UTF_8));
    PrintStream out = new PrintStream(System.out, true, UTF_8);
    String first = in.readLine();
    if (first == null) {
      return; // whoever wanted to ask has gone
    }
    try (ParallelAskers askers = askers(new JsonObject(first))) {
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        switch (line) {
          case "ask" -> askers.ask();
          case "pause" -> askers.pause();
          case "tallies" -> {}
          default -> throw new IllegalArgumentException("no command: " + line);
        }
        JsonObject tallies = new JsonObject();
        if (line.equals("tallies")) {
          askers.tallies().forEach((name, tally) -> tallies.put(name, tally.now().json()));
        }
        out.println(tallies.encode());
      }
    }
  }

  private static ParallelAskers askers(JsonObject asked) {
    Map<EnterpriseId, List<String>> viewers = new LinkedHashMap<>();
    JsonObject tokens = asked.getJsonObject("viewers");
    for (String owner : tokens.fieldNames()) {
      viewers.put(
          new EnterpriseId(owner),
          tokens.getJsonArray(owner).stream().map(String::valueOf).toList());
    }
    MachineFleet fleet =
        new MachineFleet(
            asked.getInteger("devices"), asked.getInteger("days"), asked.getLong("beginMinute"));
    List<EnterpriseId> owners = List.copyOf(viewers.keySet());
    HeavyQuestions heavy =
        new HeavyQuestions(fleet, owners.getFirst(), owners.get(1), owners.getLast());
    JsonArray kinds = asked.getJsonArray("kinds");
    List<Function<Integer, Question>> questions =
        heavy.all().stream()
            .filter(kind -> kinds.isEmpty() || kinds.contains(kind.apply(0).name()))
            .toList();
    return new ParallelAskers(
        asked.getInteger("httpPort"), questions, viewers, asked.getInteger("askers"));
  }
}
