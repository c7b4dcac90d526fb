package qiantang.standalone.admin;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which part of an enterprise: what grants and tokens of applications are limited to. */
final class SubtreeOptions {
  @Option(names = "--factory", paramLabel = "NAME", description = "Only its devices.")
  private @Nullable String factory;

  @Option(names = "--line", paramLabel = "NAME", description = "Only its devices; with --factory.")
  private @Nullable String line;

  @Option(names = "--device", paramLabel = "ID", description = "Only these, as often as you like.")
  private List<String> devices = new ArrayList<>();

  /** Writes it into the body of a request, where any part is named. */
  void putInto(ObjectNode body) {
    if (factory == null && line == null && devices.isEmpty()) {
      return;
    }
    ObjectNode subtree = body.putObject("subtree");
    if (factory != null) {
      subtree.put("factory", factory);
    }
    if (line != null) {
      subtree.put("line", line);
    }
    if (!devices.isEmpty()) {
      devices.forEach(subtree.putArray("devices")::add);
    }
  }
}
