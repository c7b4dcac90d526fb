package qiantang.standalone.admin;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import qiantang.sim.SystemOptions;

/** {@code qiantang admin credentials}. */
@Command(
    name = "credentials",
    description = "Gives a device a further token and prints device<TAB>token; shown only now.",
    mixinStandardHelpOptions = true)
final class CredentialsCommand implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create();
  @Mixin private SystemOptions system = new SystemOptions();

  @Option(names = "--enterprise", paramLabel = "ID", required = true, description = "Whose.")
  private String enterprise = "";

  @Option(names = "--device", paramLabel = "ID", required = true, description = "Which device.")
  private String device = "";

  @Override
  public Integer call() throws ApiException, InterruptedException {
    PrintWriter out = spec.commandLine().getOut();
    String path =
        "/v1/enterprises/%s/devices/%s/credentials"
            .formatted(Api.encode(enterprise), Api.encode(device));
    try (Api api = Api.open(system)) {
      String token = api.post(path, JsonNodeFactory.instance.objectNode()).path("token").asText();
      out.println(device + "\t" + token);
    }
    out.flush();
    return 0;
  }
}
