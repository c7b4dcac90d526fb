package qiantang.standalone;

import java.util.List;
import picocli.CommandLine.Option;
import qiantang.standalone.cassandra.CannotStartException;

/** On which addresses a program listens. */
final class ListenOptions {
  @Option(
      names = "--bind",
      paramLabel = "ADDRESS",
      split = ",",
      description = "Addresses to listen on, separated by commas. Default: ${DEFAULT-VALUE}")
  private List<String> bind = List.of("127.0.0.1", "::1");

  Listeners listeners() throws CannotStartException {
    return Listeners.on(bind);
  }
}
