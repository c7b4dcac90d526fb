package qiantang.standalone.admin;

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
import qiantang.sim.SystemOptions;

/** {@code qiantang admin link}. */
@Command(
    name = "link",
    description = {
      "Prints a link that logs a browser in, once, within 10 minutes, for 12 hours.",
      "As whom: as the token of this command, or as an admin or viewer of an enterprise."
    },
    mixinStandardHelpOptions = true)
final class LinkCommand implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create();
  @Mixin private SystemOptions system = new SystemOptions();

  @Option(names = "--enterprise", paramLabel = "ID", description = "Whose; with --role.")
  private @Nullable String enterprise;

  @Option(names = "--role", paramLabel = "admin|viewer", description = "As what.")
  private @Nullable String role;

  @Override
  public Integer call() throws ApiException, InterruptedException {
    ObjectNode body = JsonNodeFactory.instance.objectNode();
    if (enterprise != null) {
      body.put("enterprise", enterprise);
    }
    if (role != null) {
      body.put("role", role);
    }
    PrintWriter out = spec.commandLine().getOut();
    try (Api api = Api.open(system)) {
      out.println(api.base() + api.post("/v1/links", body).path("path").asText());
    }
    out.flush();
    return 0;
  }
}
