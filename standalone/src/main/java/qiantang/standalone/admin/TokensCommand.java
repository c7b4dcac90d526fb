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

/** {@code qiantang admin tokens}. */
@Command(
    name = "tokens",
    description = {
      "Lists tokens of people and programs as id<TAB>enterprise<TAB>role<TAB>name.",
      "With --role: creates one and prints it; it is shown only now."
    },
    mixinStandardHelpOptions = true)
final class TokensCommand implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create();
  @Mixin private SystemOptions system = new SystemOptions();

  @Option(names = "--enterprise", paramLabel = "ID", description = "Whose; none for an operator's.")
  private @Nullable String enterprise;

  @Option(names = "--role", paramLabel = "admin|viewer|operator", description = "What it may do.")
  private @Nullable String role;

  @Option(names = "--name", paramLabel = "NAME", description = "What it is for, for people.")
  private String name = "made by qiantang admin";

  @Option(names = "--expires", paramLabel = "TIME", description = "ISO 8601; never if not given.")
  private @Nullable String expires;

  @Override
  public Integer call() throws ApiException, InterruptedException {
    PrintWriter out = spec.commandLine().getOut();
    try (Api api = Api.open(system)) {
      if (role == null) {
        String path =
            enterprise == null ? "/v1/tokens" : "/v1/tokens?enterprise=" + Api.encode(enterprise);
        api.list(path, item -> out.println(Lines.of(item, "id", "enterprise", "role", "name")));
      } else {
        out.println(api.post("/v1/tokens", body(role)).path("token").asText());
      }
    }
    out.flush();
    return 0;
  }

  private ObjectNode body(String wantedRole) {
    ObjectNode body = JsonNodeFactory.instance.objectNode();
    body.put("role", wantedRole).put("name", name);
    if (enterprise != null) {
      body.put("enterprise", enterprise);
    }
    if (expires != null) {
      body.put("expires", expires);
    }
    return body;
  }
}
