package qiantang.standalone.admin;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import qiantang.sim.SystemOptions;

/** {@code qiantang admin units}. */
@Command(
    name = "units",
    description = {
      "Prints in which units devices measure, model<TAB>metric<TAB>unit, one a line.",
      "The model is empty where the unit is that of all models that have none of their own. With"
          + " --set or --unset units are changed first, all of them or none, which takes a token of"
          + " an admin or operator. Nodes follow within 10 s."
    },
    mixinStandardHelpOptions = true)
final class UnitsCommand implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create();
  @Mixin private SystemOptions system = new SystemOptions();

  @Option(names = "--enterprise", paramLabel = "ID", required = true, description = "Whose.")
  private String enterprise = "";

  @Option(
      names = "--set",
      paramLabel = "METRIC=UNIT",
      description =
          "Sets the unit of a metric, 1 to 16 characters, as often as you like:"
              + " --set temperature=°C --set speed=1/min. An enterprise may have 1,000.")
  private Map<String, String> set = new LinkedHashMap<>();

  @Option(
      names = "--unset",
      paramLabel = "METRIC",
      description = "Takes the unit of a metric away, as often as you like.")
  private List<String> unset = new ArrayList<>();

  @Option(
      names = "--model",
      paramLabel = "MODEL",
      description =
          "What is set or taken away is that of this model, and comes before that of all models."
              + " Without: of all models that have none of their own.")
  private @Nullable String model;

  @Override
  public Integer call() throws ApiException, InterruptedException {
    boolean isChange = !set.isEmpty() || !unset.isEmpty();
    if (model != null && !isChange) {
      throw new ParameterException(
          spec.commandLine(), "--model goes with --set or --unset: without them all are printed");
    }
    String path = "/v1/enterprises/" + Api.encode(enterprise) + "/units";
    try (Api api = Api.open(system)) {
      print(isChange ? api.patch(path, body()) : api.get(path));
    }
    return 0;
  }

  private ObjectNode body() {
    ObjectNode body = JsonNodeFactory.instance.objectNode();
    ArrayNode items = body.putArray("items");
    set.forEach((metric, unit) -> item(items, metric).put("unit", unit));
    unset.forEach(metric -> item(items, metric).putNull("unit"));
    return body;
  }

  private ObjectNode item(ArrayNode items, String metric) {
    ObjectNode item = items.addObject().put("metric", metric);
    return model == null ? item : item.put("model", model);
  }

  private void print(JsonNode answer) {
    PrintWriter out = spec.commandLine().getOut();
    answer.path("items").forEach(item -> out.println(Lines.of(item, "model", "metric", "unit")));
    out.flush();
  }
}
