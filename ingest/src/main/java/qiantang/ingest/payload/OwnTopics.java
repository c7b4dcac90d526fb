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
    return THINGS_BOARD.contains(filter);
  }
}
