package qiantang.ingest.mqtt;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import qiantang.ingest.auth.Identity;
import qiantang.ingest.net.Packet;
import qiantang.ingest.net.Utf8;
import qiantang.ingest.payload.Dialect;
import qiantang.ingest.payload.Dialects;
import qiantang.ingest.payload.sparkplug.EdgeNodes;

/** Which dialect a session's topics belong to, and what its dialects remember. Event loop only. */
final class SessionDialects {
  private static final int TOPIC_CHARS_KEPT = 256;

  private final MqttSession session;
  private final Identity identity;
  private final Records records;
  private final Supplier<Outgoing> outgoing;

  // Most clients publish to one topic: it is looked up once.
  private String topic = "";
  private Dialect dialect;
  private @Nullable HostedNodes hosted;

  SessionDialects(
      MqttSession session, Identity identity, Records records, Supplier<Outgoing> outgoing) {
    this.session = session;
    this.identity = identity;
    this.records = records;
    this.outgoing = outgoing;
    dialect = Dialects.of(topic, identity.isGateway());
  }

  /** Whether the topic is one of a dialect. */
  boolean isSpoken(String name) {
    return EdgeNodes.isTheirs(name) || Dialects.isSpoken(name);
  }

  /** The dialect of a message; of one that is said to be text and is not, one that refuses it. */
  Dialect of(Packet.Publish publish) {
    boolean isBroken =
        publish.isText()
            && Utf8.firstBad(publish.bytes(), publish.payloadOffset(), publish.payloadLength())
                >= 0;
    if (isBroken) {
      refuseUnread(publish.topic(), publish.duplicate());
      return Dialects.NO_TEXT;
    }
    return of(publish.topic());
  }

  /**
   * A message is refused before its dialect has seen it.
   *
   * @param isRepeat whether it may have come before (DUP=1)
   */
  void refuseUnread(String name, boolean isRepeat) {
    HostedNodes known = hosted;
    if (known != null && EdgeNodes.isTheirs(name)) { // else no number of theirs is known
      known.refuseUnread(name, isRepeat);
    }
  }

  private Dialect of(String name) {
    if (!name.equals(topic)) {
      topic = name.length() <= TOPIC_CHARS_KEPT ? name : "";
      dialect =
          EdgeNodes.isTheirs(name)
              ? hosted().dialect(name)
              : Dialects.of(name, identity.isGateway());
    }
    return dialect;
  }

  /** A message was decoded and is answered: what follows from it for its sender. */
  void decoded() {
    HostedNodes known = hosted;
    if (known != null) {
      known.decoded();
    }
  }

  /** The session ends. */
  void close() {
    HostedNodes known = hosted;
    if (known != null) {
      known.close();
    }
  }

  /** Made at the first message of theirs: most sessions never have one. */
  private HostedNodes hosted() {
    HostedNodes known = hosted;
    if (known == null) {
      known = new HostedNodes(session, identity, records, outgoing);
      hosted = known;
    }
    return known;
  }
}
