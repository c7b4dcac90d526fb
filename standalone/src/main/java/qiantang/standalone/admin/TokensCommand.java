package qiantang.standalone.admin;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
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
      "With --role: creates one and prints it; it is shown only now. One of the role application"
          + " may be limited to a factory, a line or devices.",
      "With --revoke: within 2 s it opens nothing any more."
    },
    mixinStandardHelpOptions = true)
final class TokensCommand implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create();
  @Mixin private SystemOptions system = new SystemOptions();
  @Mixin private SubtreeOptions subtree = new SubtreeOptions();

  @Option(names = "--enterprise", paramLabel = "ID", description = "Whose; none for an operator's.")
  private @Nullable String enterprise;

  @Option(
      names = "--role",
      paramLabel = "admin|viewer|application|platform|operator",
      description = "What it may do.")
  private @Nullable String role;

  @Option(names = "--platform", paramLabel = "ID", description = "Of the role platform: which one.")
  private @Nullable String platform;

  @Option(
      names = "--scope",
      paramLabel = "read|stream|diagnose",
      description = "Of the role application, as often as you like.")
  private List<String> scopes = new ArrayList<>();

  @Option(names = "--revoke", paramLabel = "ID", description = "Revokes one.")
  private @Nullable String revoke;

  @Option(names = "--name", paramLabel = "NAME", description = "What it is for, for people.")
  private String name = "made by qiantang admin";

  @Option(names = "--expires", paramLabel = "TIME", description = "ISO 8601; never if not given.")
  private @Nullable String expires;

  @Override
  public Integer call() throws ApiException, InterruptedException {
    PrintWriter out = spec.commandLine().getOut();
    try (Api api = Api.open(system)) {
      String whose = enterprise == null ? "" : "?enterprise=" + Api.encode(enterprise);
      if (revoke != null) {
        out.println(line(api.delete("/v1/tokens/" + Api.encode(revoke) + whose)));
      } else if (role == null) {
        api.list("/v1/tokens" + whose, item -> out.println(line(item)));
      } else {
        out.println(api.post("/v1/tokens", body(role)).path("token").asText());
      }
    }
    out.flush();
    return 0;
  }

  private static String line(JsonNode token) {
    return Lines.of(token, "id", "enterprise", "role", "name");
  }

  private ObjectNode body(String wantedRole) {
    ObjectNode body = JsonNodeFactory.instance.objectNode();
    body.put("role", wantedRole).put("name", name);
    if (enterprise != null) {
      body.put("enterprise", enterprise);
    }
    if (platform != null) {
      body.put("platform", platform);
    }
    if (!scopes.isEmpty()) {
      scopes.forEach(body.putArray("scopes")::add);
    }
    subtree.putInto(body);
    if (expires != null) {
      body.put("expires", expires);
    }
    return body;
  }
}
