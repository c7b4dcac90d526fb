package qiantang.standalone.admin;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import qiantang.sim.SystemOptions;

/** {@code qiantang admin enterprises}. */
@Command(
    name = "enterprises",
    description = {
      "Lists enterprises, creates one with --create, or changes one with --change.",
      "Prints id<TAB>name<TAB>region<TAB>subDevices, one a line."
    },
    mixinStandardHelpOptions = true)
final class EnterprisesCommand implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create();
  @Mixin private SystemOptions system = new SystemOptions();

  @Option(names = "--create", paramLabel = "ID", description = "Id of the enterprise to create.")
  private @Nullable String create;

  @Option(
      names = "--change",
      paramLabel = "ID",
      description = "Id of the enterprise to change: give --sub-devices too.")
  private @Nullable String change;

  @Option(
      names = "--sub-devices",
      paramLabel = "create|known-only",
      description =
          "With --change: what becomes of a device that a gateway names and nobody created. It is"
              + " created, or what is said of it is refused; ingest follows within 5 s")
  private @Nullable String subDevices;

  @Option(names = "--name", paramLabel = "NAME", description = "Its name. Default: the id")
  private @Nullable String name;

  @Option(names = "--region", paramLabel = "REGION", description = "Its city or region.")
  private @Nullable String region;

  @Option(
      names = "--platforms",
      paramLabel = "ID",
      split = ",",
      description = "Platforms it joins, besides the base platform.")
  private List<String> platforms = List.of();

  @Option(names = "--retention", paramLabel = "30d|1y|10y", description = "How long data is kept.")
  private @Nullable String retention;

  @Override
  public Integer call() throws ApiException, InterruptedException {
    if (create != null && change != null) {
      throw new ParameterException(spec.commandLine(), "give --create or --change, not both");
    }
    if ((change == null) != (subDevices == null)) {
      throw new ParameterException(spec.commandLine(), "--change and --sub-devices go together");
    }
    PrintWriter out = spec.commandLine().getOut();
    try (Api api = Api.open(system)) {
      if (change != null) {
        ObjectNode body = JsonNodeFactory.instance.objectNode().put("subDevices", subDevices);
        out.println(line(api.patch("/v1/enterprises/" + Api.encode(change), body)));
      } else if (create == null) {
        api.list("/v1/enterprises", item -> out.println(line(item)));
      } else {
        out.println(line(api.post("/v1/enterprises", body(create))));
      }
    }
    out.flush();
    return 0;
  }

  private static String line(JsonNode enterprise) {
    return Lines.of(enterprise, "id", "name", "region", "subDevices");
  }

  private ObjectNode body(String id) {
    ObjectNode body = JsonNodeFactory.instance.objectNode();
    body.put("id", id).put("name", name == null ? id : name);
    if (region != null) {
      body.put("region", region);
    }
    if (!platforms.isEmpty()) {
      platforms.forEach(body.putArray("platforms")::add);
    }
    if (retention != null) {
      body.put("retention", retention);
    }
    return body;
  }
}
