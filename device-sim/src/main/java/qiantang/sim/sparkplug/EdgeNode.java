package qiantang.sim.sparkplug;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * Where one edge node and its devices publish (specification 4.1): {@code
 * spBv1.0/group/TYPE/node[/device]}.
 */
public record EdgeNode(String group, String node) {
  private static final int ID_BYTES = 10;

  /** The topic of a message about the node itself, or of a command for it. */
  public String topic(String type) {
    return "spBv1.0/" + group + "/" + type + "/" + node;
  }

  /** The topic of a message about a device of the node. */
  public String topic(String type, String device) {
    return topic(type) + "/" + device;
  }

  /** What the system calls the node. */
  public String name() {
    return group + "/" + node;
  }

  /** What the system calls a device of the node. */
  public String name(String device) {
    return name() + "/" + device;
  }

  /**
   * The id under which the system's API knows a name with a slash, which is no id itself: {@code
   * n-} and the first 80 bits of its SHA-256, as the README says.
   */
  public static String id(String name) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(name.getBytes(StandardCharsets.UTF_8));
      return "n-" + HexFormat.of().formatHex(digest, 0, ID_BYTES);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("BUG: every Java has SHA-256", e);
    }
  }
}
