package qiantang.standalone.admin;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintWriter;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.IModelTransformer;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import qiantang.sim.SystemOptions;
import qiantang.store.registry.Quota;

/** {@code qiantang admin quotas}. */
@Command(
    name = "quotas",
    description = {
      "Prints what an enterprise may use of each ingest node, quota<TAB>value, one a line.",
      "With --set it is changed first, which takes an operator's token. Nodes follow within 5 s."
    },
    modelTransformer = QuotasCommand.Listed.class,
    mixinStandardHelpOptions = true)
final class QuotasCommand implements Callable<Integer> {
  private static final String USUAL = "usual";

  /** Adds the quotas there are to the help. */
  static final class Listed implements IModelTransformer {
    @Override
    public CommandSpec transform(CommandSpec command) {
      command
          .usageMessage()
          .footerHeading("%nQuotas with their usual values:%n")
          .footer(Arrays.stream(Quota.values()).map(Listed::line).toArray(String[]::new));
      return command;
    }

    private static String line(Quota quota) {
      String over =
          switch (quota.kind()) {
            case SLOWS -> "slowed";
            case REFUSES -> "refused";
          };
      return "  %-28s %9d  %s; over it: %s"
          .formatted(quota.word(), quota.usual(), unit(quota), over);
    }

    private static String unit(Quota quota) {
      return switch (quota) {
        case DEVICE_MESSAGES -> "messages a second of a device";
        case DEVICE_BYTES -> "bytes of payload a second of a device";
        case ENTERPRISE_MESSAGES -> "messages a second of all devices";
        case ENTERPRISE_BYTES -> "bytes of payload a second of all devices";
        case SUB_DEVICE_MESSAGES -> "messages a second for a gateway's device";
        case DEVICE_CONNECTS -> "connects a minute of a device";
        case ENTERPRISE_CONNECTS -> "connects a second of all devices";
        case NEW_DEVICES -> "devices an hour that a gateway names first";
        case PAYLOAD_BYTES -> "bytes of a message's payload";
        case TOPIC_LEVELS -> "levels of a topic";
        case IN_FLIGHT -> "unacknowledged messages of a connection";
      };
    }
  }

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
