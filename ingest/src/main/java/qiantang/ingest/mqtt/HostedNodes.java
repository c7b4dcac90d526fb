package qiantang.ingest.mqtt;

import org.jspecify.annotations.Nullable;
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
  /** Sends the client a command. */
  @FunctionalInterface
  interface Sender {
    /** Says why it is not sent, or null where it is. */
    @Nullable String send(String topic, byte[] payload);
  }

  private final MqttSession session;
  private final Identity identity;
  private final Records records;
  private final Sender sender;
  private final EdgeNodes nodes;

  HostedNodes(MqttSession session, Identity identity, Records records, Sender sender) {
    this.session = session;
    this.identity = identity;
    this.records = records;
    this.sender = sender;
    Node node = session.loop().node();
    nodes = new EdgeNodes(identity.isGateway(), node.budgets().births(identity.enterprise()));
  }

  /** The dialect of a topic of theirs. */
  Dialect dialect(String topic) {
    return nodes.dialect(topic);
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
    String fault = sender.send(topic, HostApplication.rebirth(node.clock().millis()));
    if (fault != null) {
      records.rejectUnbudgeted(
          Reason.TOPIC,
          "the births of " + edgeNode + " cannot be asked for: " + fault,
          topic,
          Counts.NONE);
    }
    return true;
  }
}
