package qiantang.standalone.admin;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintWriter;
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

/** {@code qiantang admin credentials}. */
@Command(
    name = "credentials",
    description = {
      "Gives a device a further credential; the ones it has stay valid, 16 at most.",
      "Secrets are shown only now. Prints, by kind:",
      "  token        device<TAB>token: the MQTT user name",
      "  password     device<TAB>password: the user name is <enterprise>/<device>",
      "  certificate  device<TAB>CN: what a certificate of the operator's CA must be issued for",
      "With --list: prints id<TAB>kind<TAB>created<TAB>expires<TAB>fingerprint, times in ms.",
      "With --revoke: it opens nothing from now on, and sessions that it opened end within 5 s.",
      "To rotate: create the next, change the device, revoke the old one."
    },
    mixinStandardHelpOptions = true)
final class CredentialsCommand implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create();
  @Mixin private SystemOptions system = new SystemOptions();

  @Option(names = "--enterprise", paramLabel = "ID", required = true, description = "Whose.")
  private String enterprise = "";

  @Option(names = "--device", paramLabel = "ID", required = true, description = "Which device.")
  private String device = "";

  @ArgGroup private @Nullable Instead instead;

  @Option(
      names = "--kind",
      paramLabel = "token|password|certificate",
      description = "What to create. Default: token")
  private @Nullable String kind;

  @Option(
      names = "--fingerprint",
      paramLabel = "SHA-256",
      description =
          "Of a certificate: only this one may log in, as openssl x509 -fingerprint -sha256 prints"
              + " it. Default: any that names the device")
  private @Nullable String fingerprint;

  @Option(names = "--expires", paramLabel = "TIME", description = "ISO 8601; never if not given.")
  private @Nullable String expires;

  /** What to do instead of creating one. */
  static final class Instead {
    @Option(names = "--list", required = true, description = "Lists them, without secrets.")
    private boolean isList;

    @Option(names = "--revoke", required = true, paramLabel = "ID", description = "Revokes one.")
    private @Nullable String revoke;
  }

  @Override
  public Integer call() throws ApiException, InterruptedException {
    if (instead != null && (kind != null || fingerprint != null || expires != null)) {
      throw new ParameterException(
          spec.commandLine(),
          "--kind, --fingerprint and --expires are of a credential to create: leave out --list and"
              + " --revoke");
    }
    PrintWriter out = spec.commandLine().getOut();
    String path =
        "/v1/enterprises/%s/devices/%s/credentials"
            .formatted(Api.encode(enterprise), Api.encode(device));
    try (Api api = Api.open(system)) {
      if (instead == null) {
        out.println(device + "\t" + shown(api.post(path, body())));
      } else if (instead.isList) {
        api.get(path).path("items").forEach(item -> out.println(line(item)));
      } else {
        String id = String.valueOf(instead.revoke);
        out.println(line(api.delete(path + "/" + Api.encode(id))));
      }
    }
    out.flush();
    return 0;
  }

  private ObjectNode body() {
    ObjectNode body = JsonNodeFactory.instance.objectNode();
    if (kind != null) {
      body.put("kind", kind);
    }
    if (fingerprint != null) {
      body.put("fingerprint", fingerprint);
    }
    if (expires != null) {
      body.put("expires", expires);
    }
    return body;
  }

  private static String shown(JsonNode created) {
    for (String member : new String[] {"token", "password", "commonName"}) {
      if (created.hasNonNull(member)) {
        return created.path(member).asText();
      }
    }
    return "";
  }

  private static String line(JsonNode item) {
    return Lines.of(item, "id", "kind", "created", "expires", "fingerprint");
  }
}
