package qiantang.standalone.admin;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintWriter;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import qiantang.sim.SystemOptions;

/** {@code qiantang admin quotas}. */
@Command(
    name = "quotas",
    description = {
      "Prints what an enterprise may use of each ingest node, quota<TAB>value, one a line;",
      "with --set it is changed first, which takes an operator's token. Nodes follow within 5 s."
    },
    mixinStandardHelpOptions = true)
final class QuotasCommand implements Callable<Integer> {
  private static final String USUAL = "usual";

  @Spec private CommandSpec spec = CommandSpec.create();
  @Mixin private SystemOptions system = new SystemOptions();

  @Option(names = "--enterprise", paramLabel = "ID", required = true, description = "Whose.")
  private String enterprise = "";

  @Option(
      names = "--set",
      paramLabel = "QUOTA=VALUE",
      description =
          "Sets a quota, as often as you like: --set deviceMessagesPerSecond=50. The value"
              + " 'usual' makes it the usual one. Who is over a quota of messages or bytes is"
              + " slowed; over another, refused.")
  private Map<String, String> changes = new TreeMap<>();

  @Override
  public Integer call() throws ApiException, InterruptedException {
    String path = "/v1/enterprises/" + Api.encode(enterprise) + "/quotas";
    try (Api api = Api.open(system)) {
      print(changes.isEmpty() ? api.get(path) : api.patch(path, body()));
    }
    return 0;
  }

  private ObjectNode body() {
    ObjectNode body = JsonNodeFactory.instance.objectNode();
    changes.forEach(
        (quota, value) -> {
          if (value.equals(USUAL)) {
            body.putNull(quota);
          } else {
            body.put(quota, number(quota, value));
          }
        });
    return body;
  }

  private long number(String quota, String value) {
    try {
      return Long.parseLong(value);
    } catch (NumberFormatException e) {
      throw new ParameterException(
          spec.commandLine(),
          "--set " + quota + " takes a whole number or '" + USUAL + "', not '" + value + "'",
          e);
    }
  }

  private void print(JsonNode quotas) {
    PrintWriter out = spec.commandLine().getOut();
    quotas
        .properties()
        .forEach(quota -> out.println(quota.getKey() + "\t" + quota.getValue().asText()));
    out.flush();
  }
}
