package qiantang.ingest.payload;

import java.util.Set;
import qiantang.store.model.DeviceId;

/** Which topic filters a client may listen to: those of its own commands. A dialect adds some. */
public final class OwnTopics {
  private static final Set<String> THINGS_BOARD =
      Set.of(
          "v1/devices/me/rpc/request/+",
          "v1/devices/me/rpc/response/+",
          "v1/devices/me/attributes",
          "v1/devices/me/attributes/response/+",
          "v1/gateway/rpc",
          "v1/gateway/attributes",
          "v1/gateway/attributes/response",
          "v2/r/req/+",
          "v2/r/res/+",
          "v2/a",
          "v2/a/res/+");

  private OwnTopics() {}

  /**
   * Whether the client may listen to what this filter matches. A pure function; any thread.
   *
   * @param filter well formed
   * @param publisher the device or gateway that asks
   * @param isGateway whether it may speak for other devices
   */
  public static boolean mayListen(String filter, DeviceId publisher, boolean isGateway) {
    // In the short form "me" is whoever asks, so what is granted is its own in any case.
    return THINGS_BOARD.contains(filter) || isSparkplug(filter);
  }

  /**
   * Commands of edge nodes, and the state of the host application. Which nodes are the client's is
   * not known before their births; but what is sent goes to the connection that its node speaks on,
   * so filters of any node, also with wildcards, get the client's own alone.
   */
  private static boolean isSparkplug(String filter) {
    String[] levels = filter.split("/", 6);
    if (levels.length < 3 || !levels[0].equals("spBv1.0")) {
      return false;
    }
    return switch (levels[2]) {
      case "NCMD" -> levels.length == 4 || (levels.length == 5 && levels[4].equals("#"));
      case "DCMD" -> levels.length == 5 || (levels.length == 4 && levels[3].equals("#"));
      default -> levels.length == 3 && levels[1].equals("STATE");
    };
  }
}
