package qiantang.standalone.admin;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import qiantang.sim.SystemOptions;

/** {@code qiantang admin grants}. */
@Command(
    name = "grants",
    description = {
      "Lists what an enterprise grants to others: id<TAB>grantee<TAB>state<TAB>until<TAB>purpose.",
      "With --to: lets a platform, an application or another enterprise read a part of its data.",
      "With --revoke: within 2 s it opens nothing any more, and answers under way are cut.",
      "With --uses: who used it, as lines of the audit."
    },
    mixinStandardHelpOptions = true)
final class GrantsCommand implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create();
  @Mixin private SystemOptions system = new SystemOptions();
  @Mixin private SubtreeOptions subtree = new SubtreeOptions();

  @Option(names = "--enterprise", paramLabel = "ID", required = true, description = "Whose data.")
  private String enterprise = "";

  @ArgGroup private @Nullable What what;

  @Option(names = "--purpose", paramLabel = "TEXT", description = "What for. Needed with --to.")
  private @Nullable String purpose;

  @Option(names = "--until", paramLabel = "TIME", description = "ISO 8601. Needed with --to.")
  private @Nullable String until;

  @Option(names = "--from", paramLabel = "TIME", description = "ISO 8601. Default: now")
  private @Nullable String from;

  @Option(names = "--metric", paramLabel = "NAME", description = "Only these. Default: all")
  private List<String> metrics = new ArrayList<>();

  @Option(
      names = "--aggregates",
      paramLabel = "SECONDS",
      description = "No samples, only aggregates of intervals at least so long.")
  private @Nullable Integer leastSeconds;

  /** What to do instead of listing. */
  static final class What {
    @Option(
        names = "--to",
        required = true,
        paramLabel = "PARTY",
        description = "platform:ID, enterprise:ID or application:TOKEN-ID")
    private @Nullable String to;

    @Option(names = "--revoke", required = true, paramLabel = "ID", description = "Revokes one.")
    private @Nullable String revoke;

    @Option(names = "--uses", required = true, paramLabel = "ID", description = "Who used one.")
    private @Nullable String uses;
  }

  @Override
  public Integer call() throws ApiException, InterruptedException {
    PrintWriter out = spec.commandLine().getOut();
    String path = "/v1/enterprises/" + Api.encode(enterprise) + "/grants";
    @Nullable What wanted = what;
    try (Api api = Api.open(system)) {
      if (wanted == null) {
        api.list(path, item -> out.println(line(item)));
      } else if (wanted.to != null) {
        out.println(line(api.post(path, body(wanted.to))));
      } else if (wanted.revoke != null) {
        out.println(line(api.delete(path + "/" + Api.encode(wanted.revoke))));
      } else if (wanted.uses != null) {
        String uses = path + "/" + Api.encode(wanted.uses) + "/uses";
        api.list(uses, item -> out.println(AuditCommand.line(item)));
      }
    }
    out.flush();
    return 0;
  }

  private ObjectNode body(String to) {
    int colon = to.indexOf(':');
    if (colon < 1 || purpose == null || until == null) {
      throw new ParameterException(
          spec.commandLine(),
          "--to takes platform:ID, enterprise:ID or application:TOKEN-ID, and needs --purpose and"
              + " --until");
    }
    ObjectNode body = JsonNodeFactory.instance.objectNode();
    body.putObject("grantee")
        .put("kind", to.substring(0, colon))
        .put("id", to.substring(colon + 1));
    subtree.putInto(body);
    if (!metrics.isEmpty()) {
      metrics.forEach(body.putArray("metrics")::add);
    }
    body.put("action", leastSeconds == null ? "raw" : "aggregate");
    if (leastSeconds != null) {
      body.put("leastIntervalSeconds", leastSeconds);
    }
    body.put("purpose", purpose).put("until", until);
    if (from != null) {
      body.put("from", from);
    }
    return body;
  }

  private static String line(JsonNode grant) {
    JsonNode grantee = grant.path("grantee");
    return Lines.of(grant, "id")
        + "\t"
        + grantee.path("kind").asText()
        + ":"
        + grantee.path("id").asText()
        + "\t"
        + Lines.of(grant, "state", "until", "purpose");
  }
}
