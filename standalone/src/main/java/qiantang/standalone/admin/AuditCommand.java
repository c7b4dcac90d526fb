package qiantang.standalone.admin;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.time.Instant;
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

/** {@code qiantang admin audit}. */
@Command(
    name = "audit",
    description = {
      "Lists who read and changed what, newest first: time<TAB>party<TAB>name<TAB>action<TAB>object"
          + "<TAB>outcome<TAB>times<TAB>grants<TAB>address.",
      "With --verify: checks that no line was changed or cut out. It prints where each chain ends,"
          + " chain<TAB>lines<TAB>digest: keep that elsewhere, for a chain that ends earlier later"
          + " on had its end cut. Exit code 1 where something is wrong."
    },
    mixinStandardHelpOptions = true)
final class AuditCommand implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create();
  @Mixin private SystemOptions system = new SystemOptions();

  @Option(
      names = "--enterprise",
      paramLabel = "ID",
      description = "Whose lines; an operator's own are those of no enterprise.")
  private @Nullable String enterprise;

  @Option(names = "--from", paramLabel = "TIME", description = "Default: 30 days before --to")
  private @Nullable String from;

  @Option(names = "--to", paramLabel = "TIME", description = "Default: now")
  private @Nullable String to;

  @Option(names = "--actor", paramLabel = "WHO", description = "Id of a token, or a party.")
  private @Nullable String actor;

  @Option(
      names = "--action",
      paramLabel = "read|change|login|logout|refused",
      description = "Only these.")
  private @Nullable String action;

  @Option(names = "--verify", description = "Checks the lines instead of listing them.")
  private boolean isToVerify;

  @Override
  public Integer call() throws ApiException, InterruptedException {
    PrintWriter out = spec.commandLine().getOut();
    List<String> parameters = new ArrayList<>();
    add(parameters, "enterprise", enterprise);
    add(parameters, "from", from);
    add(parameters, "to", to);
    boolean isWhole = true;
    try (Api api = Api.open(system)) {
      if (isToVerify) {
        isWhole = verify(api.get(path("/v1/audit/verify", parameters)), out);
      } else {
        add(parameters, "actor", actor);
        add(parameters, "action", action);
        api.list(path("/v1/audit", parameters), item -> out.println(line(item)));
      }
    }
    out.flush();
    return isWhole ? 0 : 1;
  }

  private static boolean verify(JsonNode check, PrintWriter out) {
    check.path("faults").forEach(fault -> out.println(Lines.of(fault, "line", "detail")));
    check.path("chains").forEach(chain -> out.println(Lines.of(chain, "chain", "lines", "digest")));
    boolean isWhole = check.path("whole").asBoolean();
    out.println(check.path("lines").asText() + " lines, " + (isWhole ? "whole" : "NOT WHOLE"));
    return isWhole;
  }

  static String line(JsonNode item) {
    JsonNode actor = item.path("actor");
    return Instant.ofEpochMilli(item.path("at").asLong())
        + "\t"
        + Lines.of(actor, "party", "name")
        + "\t"
        + Lines.of(item, "action", "object", "outcome", "count", "grant", "address");
  }

  private static void add(List<String> parameters, String name, @Nullable String value) {
    if (value != null) {
      parameters.add(name + "=" + Api.encode(value));
    }
  }

  private static String path(String path, List<String> parameters) {
    return parameters.isEmpty() ? path : path + "?" + String.join("&", parameters);
  }
}
