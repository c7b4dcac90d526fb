package qiantang.ingest.net;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.jspecify.annotations.Nullable;

/**
 * The topics that a client of MQTT 5 has given numbers, for its connection. Made at the first: most
 * clients give none. [MQTT-3.3.2-7]
 */
final class TopicAliases {
  /** The greatest alias; a gateway of one dialect publishes to a handful of topics. */
  static final int MAXIMUM = 16;

  /** Bytes of all topics that are remembered; 256 each. */
  static final int BYTES_MAX = 4096;

  private @Nullable String @Nullable [] topics;
  private int bytes;

  /** The topic of a PUBLISH with an alias: its own, which is remembered, or the one remembered. */
  String resolve(int alias, String topic) {
    if (alias == 0 || alias > MAXIMUM) { // [MQTT-3.3.2-8, MQTT-3.3.2-9]
      throw new PacketCursor.Broken(
          ReasonCode.TOPIC_ALIAS_INVALID,
          "topic alias " + alias + ": 1 to " + MAXIMUM + " were announced");
    }
    @Nullable String[] known = topics;
    if (topic.isEmpty()) {
      String remembered = known == null ? null : known[alias];
      if (remembered == null) {
        throw PacketCursor.protocolError("topic alias " + alias + ", which stands for nothing yet");
      }
      return remembered;
    }
    if (known == null) {
      known = new @Nullable String[MAXIMUM + 1];
      topics = known;
    }
    remember(known, alias, topic);
    return topic;
  }

  private void remember(@Nullable String[] known, int alias, String topic) {
    String before = known[alias];
    if (topic.equals(before)) {
      return;
    }
    int now = bytes - (before == null ? 0 : lengthOf(before)) + lengthOf(topic);
    if (now > BYTES_MAX) {
      throw new PacketCursor.Broken(
          ReasonCode.QUOTA_EXCEEDED,
          "topic aliases for " + now + " bytes of topics; at most " + BYTES_MAX + " are kept");
    }
    bytes = now;
    known[alias] = topic;
  }

  private static int lengthOf(String topic) {
    return topic.getBytes(UTF_8).length;
  }
}
