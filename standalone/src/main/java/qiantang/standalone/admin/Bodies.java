package qiantang.standalone.admin;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What bodies of requests have in common. */
final class Bodies {
  private Bodies() {}

  /** A part of an enterprise, where any is named. */
  static void putSubtree(
      ObjectNode body, @Nullable String factory, @Nullable String line, List<String> devices) {
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
