package qiantang.standalone.admin;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where the API is and who asks, for every subcommand alike. */
final class ApiOptions {
  @Option(
      names = "--demo",
      paramLabel = "FILE",
      description = {
        "demo.json of a running demo: its address and its operator's token.",
        "Default: ${DEFAULT-VALUE}"
      })
  private Path demo = Path.of("data", "demo.json");

  @Option(
      names = "--http",
      paramLabel = "URL",
      description = "The API, such as http://127.0.0.1:8080. Default: the demo's")
  private @Nullable String http;

  @Option(
      names = "--token",
      paramLabel = "TOKEN",
      description = {
        "The operator's token, or an enterprise administrator's. Default: the demo operator's.",
        "Better in QIANTANG_TOKEN: others on this machine can read command lines."
      })
  private @Nullable String token;

  Api open() throws ApiException {
    if (http != null && token != null) {
      return new Api(http, token);
    }
    try {
      JsonNode file = new ObjectMapper().readTree(demo.toFile());
      return new Api(
          http != null ? http : file.path("http").asText(),
          token != null ? token : file.path("operator").asText());
    } catch (IOException e) {
      throw new ApiException(
          ("cannot read %s (%s): start ./qiantang demo, name its file with --demo,"
                  + " or give --http and --token")
              .formatted(demo, e.getClass().getSimpleName()));
    }
  }
}
