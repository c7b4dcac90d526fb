package qiantang.standalone.admin;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code qiantang admin devices}. */
@Command(
    name = "devices",
    description = {
      "Creates devices and prints device<TAB>token, one a line; the tokens are shown only now.",
      "Without --count: lists id<TAB>kind<TAB>model<TAB>connection."
    },
    mixinStandardHelpOptions = true)
final class DevicesCommand implements Callable<Integer> {
  /** As many as the API takes in one request. */
  private static final int REQUEST_DEVICES_MAX = 1000;

  @Spec private CommandSpec spec = CommandSpec.create();
  @Mixin private ApiOptions options = new ApiOptions();

  @Option(names = "--enterprise", paramLabel = "ID", required = true, description = "Whose.")
  private String enterprise = "";

  @Option(names = "--count", paramLabel = "N", description = "How many to create.")
  private int count;

  @Option(
      names = "--prefix",
      paramLabel = "P",
      description = "Their ids are P and a number of six digits, from 1. Default: ${DEFAULT-VALUE}")
  private String prefix = "device-";

  @Option(
      names = "--kind",
      paramLabel = "device|gateway",
      description = "What they are. Default: ${DEFAULT-VALUE}")
  private String kind = "device";

  @Option(names = "--model", paramLabel = "MODEL", description = "Their device model.")
  private @Nullable String model;

  @Override
  public Integer call() throws ApiException, InterruptedException {
    PrintWriter out = spec.commandLine().getOut();
    String path = "/v1/enterprises/" + Api.encode(enterprise) + "/devices";
    try (Api api = options.open()) {
      if (count == 0) {
        api.list(path, item -> out.println(Lines.of(item, "id", "kind", "model", "connection")));
      }
      for (int from = 0; from < count; from += REQUEST_DEVICES_MAX) {
        int to = Math.min(count, from + REQUEST_DEVICES_MAX);
        for (JsonNode item : api.post(path, body(from, to)).path("items")) {
          out.println(Lines.of(item, "id", "token"));
        }
        out.flush(); // What was created is told even if a later request fails.
      }
    }
    out.flush();
    return 0;
  }

  private ObjectNode body(int from, int to) {
    ObjectNode body = JsonNodeFactory.instance.objectNode();
    ArrayNode devices = body.putArray("devices");
    for (int number = from + 1; number <= to; number++) {
      ObjectNode device = devices.addObject();
      device.put("id", prefix + "%06d".formatted(number)).put("kind", kind);
      if (model != null) {
        device.put("model", model);
      }
    }
    return body;
  }
}
