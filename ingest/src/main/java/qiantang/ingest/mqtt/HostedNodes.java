package qiantang.ingest.mqtt;

import java.util.function.Supplier;
import qiantang.ingest.auth.Identity;
import qiantang.ingest.payload.Dialect;
import qiantang.ingest.payload.sparkplug.EdgeNodes;
import qiantang.ingest.payload.sparkplug.HostApplication;
import qiantang.store.model.Counts;
import qiantang.store.model.Reason;

/**
 * The edge nodes of one session, and this server as their host application, which asks them for
 * their births. Made at the first message of theirs. Event loop only.
 */
final class HostedNodes {
  private final MqttSession session;
  private final Identity identity;
  private final Records records;
  private final Supplier<Outgoing> outgoing;
  private final EdgeNodes nodes;

  HostedNodes(
      MqttSession session, Identity identity, Records records, Supplier<Outgoing> outgoing) {
    this.session = session;
    this.identity = identity;
    this.records = records;
    this.outgoing = outgoing;
    Node node = session.loop().node();
    nodes = new EdgeNodes(identity.isGateway(), node.budgets().births(identity.enterprise()));
  }

  /** The dialect of a topic of theirs. */
  Dialect dialect(String topic) {
    return nodes.dialect(topic);
  }

  /** A message of theirs is refused with its number unread; see {@link EdgeNodes#refuseUnread}. */
  void refuseUnread(String topic, boolean isRepeat) {
    nodes.refuseUnread(topic, isRepeat);
  }

  /** A message was decoded: it may have shown that births are missing. */
  void decoded() {
    if (nodes.isRebirthWanted() && !tick()) {
      session.loop().follow(this);
    }
  }

  /** Asks for the births that are due, as far as the pace allows; true where none is wanted. */
  boolean tick() {
    long now = session.loop().nanos();
    nodes.askForBirths(now, node -> ask(node, now));
    return !nodes.isRebirthWanted();
  }

  /** The session ends. */
  void close() {
    session.loop().forget(this);
    nodes.close();
  }

  private boolean ask(String edgeNode, long nowNanos) {
    Node node = session.loop().node();
    if (!node.rebirths().tryTake(identity.enterprise(), nowNanos)) {
      return false; // later: nodes stay wanted until they are born
    }
    String topic = HostApplication.commandTopic(edgeNode);
    byte[] command = HostApplication.rebirth(node.clock().millis());
    // [tck-id-payloads-ncmd-qos, tck-id-payloads-ncmd-retain]
    if (outgoing.get().send(topic, command, 0, false) instanceof Outgoing.Sent.Refused no) {
      records.rejectUnbudgeted(
          Reason.TOPIC,
          "the births of " + edgeNode + " cannot be asked for: " + no.detail(),
          topic,
          Counts.NONE);
    }
    return true;
  }
}
