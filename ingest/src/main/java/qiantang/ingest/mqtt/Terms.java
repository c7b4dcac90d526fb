package qiantang.ingest.mqtt;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.jspecify.annotations.Nullable;

/**
 * What a node tells its clients; it may change while the node runs, and holds for what they are
 * told from then on.
 *
 * @param keepAliveSecondsMax clients of MQTT 5 are told to show themselves at least as often
 * @param serverReference where clients find another server when this one ends; null where they are
 *     not told
 */
public record Terms(int keepAliveSecondsMax, @Nullable String serverReference) {
  /** An hour, and no other server. */
  public static final Terms BY_DEFAULT = new Terms(3600, null);

  /** What a keep-alive can be. */
  public static final int KEEP_ALIVE_SECONDS_LIMIT = 65_535;

  // A host name has 253 characters at most.
  private static final int REFERENCE_BYTES_MAX = 260;

  public Terms {
    if (keepAliveSecondsMax < 1 || keepAliveSecondsMax > KEEP_ALIVE_SECONDS_LIMIT) {
      throw new IllegalArgumentException(
          "cannot ask for a keep-alive of %d s: 1 to %d"
              .formatted(keepAliveSecondsMax, KEEP_ALIVE_SECONDS_LIMIT));
    }
    if (serverReference != null && serverReference.getBytes(UTF_8).length > REFERENCE_BYTES_MAX) {
      throw new IllegalArgumentException(
          "cannot name a server by more than " + REFERENCE_BYTES_MAX + " bytes");
    }
  }
}
