package qiantang.ingest.payload.sparkplug;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import qiantang.ingest.payload.Decoded;
import qiantang.ingest.payload.Decoded.Loss;
import qiantang.ingest.payload.Decoded.Refusal;
import qiantang.ingest.payload.Decoded.Refused;
import qiantang.ingest.payload.Dialect;
import qiantang.ingest.payload.Message;
import qiantang.ingest.payload.Names;
import qiantang.ingest.payload.SubDevice;
import qiantang.ingest.payload.sparkplug.SequenceNumbers.Gap;
import qiantang.ingest.payload.sparkplug.Wire.Span;
import qiantang.store.journal.ByteBudget;
import qiantang.store.model.DeviceId;
import qiantang.store.model.Entry;
import qiantang.store.model.Reason;

/**
 * The edge nodes that one session speaks for, and the dialect of their topics. A gateway speaks for
 * nodes and devices by their names, {@code group/node} and {@code group/node/device}; a device for
 * one node, whose metrics are its own. Event loop only.
 */
public final class EdgeNodes {
  private static final String SAME_TWICE =
      "; or none is missing, and the node has sent the same number twice";

  private static final String STATE = Address.NAMESPACE + "STATE/";

  /** A usual client is one node; a bridge that carries a hall of them fits too. */
  static final int NODES_MAX = 64;

  /** What a session may keep of births: 2,000 devices of 25 metrics with names of 100 bytes. */
  static final long SESSION_BYTES = 16L * 1024 * 1024;

  /** A node is asked for its births no more often; they may be all it has, 10,000 metrics. */
  static final long REBIRTH_NANOS = Duration.ofSeconds(30).toNanos();

  private static final int NODE_BYTES = 1024;

  private final boolean isGateway;
  private final ByteBudget budget;
  private final Map<String, EdgeNode> nodes = new LinkedHashMap<>();

  /**
   * None yet.
   *
   * @param isGateway whether the publisher may speak for others
   * @param births what births declare is taken from it, and given back by {@link #close}
   */
  public EdgeNodes(boolean isGateway, ByteBudget births) {
    this.isGateway = isGateway;
    budget = births.child(SESSION_BYTES);
  }

  /** Whether a topic is Sparkplug's. */
  public static boolean isTheirs(String topic) {
    return topic.startsWith(Address.NAMESPACE);
  }

  /** The dialect of a topic of theirs. */
  public Dialect dialect(String topic) {
    Address address = Address.of(topic);
    if (address == null) {
      return refusing(
          topic,
          topic.startsWith(STATE)
              ? "the state of the host application is told by this server: subscribe to it"
              : "the topic is not spBv1.0/group/type/node or spBv1.0/group/type/node/device");
    }
    String fault = Names.fault(address.name());
    if (fault != null) {
      return refusing(
          topic, fault + " is not taken for a node or device: shorten group, node or device");
    }
    return switch (address.type()) {
      case NCMD, DCMD ->
          refusing(topic, "commands are sent by the host application: this server is one");
      case DBIRTH, DDATA, DDEATH ->
          isGateway
              ? message -> decode(message, address)
              : refusing(
                  topic,
                  "devices of a node are for gateways; this token is a device's: publish NDATA");
      case NBIRTH, NDATA, NDEATH -> message -> decode(message, address);
    };
  }

  /** Whether a node is to be asked for a birth, now or later. */
  public boolean isRebirthWanted() {
    for (EdgeNode node : nodes.values()) {
      if (node.isRebirthWanted()) {
        return true;
      }
    }
    return false;
  }

  /**
   * Offers each node that is to be asked for a birth now.
   *
   * @param ask takes {@code group/node} and says whether the node was asked
   */
  public void askForBirths(long nowNanos, Predicate<String> ask) {
    for (EdgeNode node : nodes.values()) {
      if (node.isDue(nowNanos) && ask.test(node.name())) {
        node.asked(nowNanos);
      }
    }
  }

  /**
   * A message is refused before its number can be read: the number it may have had will be missing,
   * and is not lost.
   *
   * @param isRepeat whether it may have come before (DUP=1): then it was counted then
   */
  public void refuseUnread(String topic, boolean isRepeat) {
    Address address = Address.meant(topic);
    if (address != null) {
      refuseUnread(address, isRepeat);
    } else if (!isRepeat && !topic.startsWith(STATE)) {
      nodes.values().forEach(node -> node.numbers().refusedOfAny());
    }
  }

  private void refuseUnread(Address address, boolean isRepeat) {
    EdgeNode node = nodes.get(address.node());
    if (node == null || isRepeat) {
      return;
    }
    switch (address.type()) {
      case NBIRTH -> node.bornUnread();
      case DBIRTH -> {
        node.forget(address.device());
        node.numbers().refused();
      }
      case NDATA, DDATA, DDEATH -> node.numbers().refused();
      case NDEATH, NCMD, DCMD -> {} // [tck-id-payloads-ndeath-seq, tck-id-payloads-ncmd-seq]
    }
  }

  /** The session ends: what was taken is given back. */
  public void close() {
    nodes.values().forEach(EdgeNode::clear);
    budget.give((long) NODE_BYTES * nodes.size());
    nodes.clear();
  }

  private Decoded decode(Message message, Address address) {
    Payload payload;
    try {
      payload = Payload.read(message.bytes(), new Span(message.offset(), message.length()));
    } catch (Unreadable e) {
      refuseUnread(address, message.duplicate());
      return refused(message, Reason.MALFORMED, e.detail());
    }
    EdgeNode node = node(address.node());
    if (node == null) {
      return refused(
          message,
          Reason.QUOTA,
          isGateway
              ? "one connection speaks for at most " + NODES_MAX + " edge nodes: open another one"
              : "a device speaks for one edge node, itself: use a gateway's token for several");
    }
    if (address.type() == Address.Type.NDEATH) {
      return nodeDeath(message, payload, node);
    }
    if (address.type() == Address.Type.NBIRTH) {
      node.born(MetricsReader.bdSeq(message, payload), payload.seq());
      return birth(message, payload, address, node);
    }
    Gap gap = node.numbers().came(payload.seq(), message.duplicate());
    if (gap.missing() > 0 || !node.isBorn()) { // also where we refused what is missing
      node.wantRebirth();
    }
    tellOthers(node, gap);
    Decoded decoded =
        switch (address.type()) {
          case DBIRTH -> birth(message, payload, address, node);
          case NDATA, DDATA -> data(message, payload, address, node);
          case DDEATH -> deviceDeath(message, address, node);
          case NBIRTH, NDEATH, NCMD, DCMD -> throw new AssertionError("BUG: not here: " + address);
        };
    return gap.lost() == 0 ? decoded : new Decoded.Lossy(decoded, loss(message, node, gap));
  }

  /** The node, from now on known; null where there are too many. */
  private @Nullable EdgeNode node(String name) {
    EdgeNode known = nodes.get(name);
    if (known != null) {
      return known;
    }
    if (nodes.size() >= (isGateway ? NODES_MAX : 1) || !budget.tryTake(NODE_BYTES)) {
      return null;
    }
    EdgeNode fresh = new EdgeNode(name, budget);
    nodes.put(name, fresh);
    return fresh;
  }

  private Decoded birth(Message message, Payload payload, Address address, EdgeNode node) {
    SubDevice sub = sub(message, address);
    MetricsReader reader =
        new MetricsReader(
            message,
            payload,
            id(message, sub),
            node.declare(address.device()),
            address.device().isEmpty());
    reader.readBirth();
    return reader.result(sub, true);
  }

  private Decoded data(Message message, Payload payload, Address address, EdgeNode node) {
    SubDevice sub = sub(message, address);
    MetricsReader reader =
        new MetricsReader(
            message,
            payload,
            id(message, sub),
            node.declared(address.device()),
            address.device().isEmpty());
    reader.readData();
    if (reader.hasUnknown() && !node.isCut()) {
      node.wantRebirth();
    }
    return reader.result(sub, false);
  }

  /** [tck-id-operational-behavior-edge-node-termination-host-action-ndeath-devices-offline] */
  private Decoded nodeDeath(Message message, Payload payload, EdgeNode node) {
    Long bdSeq = MetricsReader.bdSeq(message, payload);
    if (node.isDead(bdSeq)) {
      return Decoded.Readings.NONE;
    }
    String fault = node.deathFault(bdSeq);
    if (fault != null) {
      return refused(message, Reason.MALFORMED, fault);
    }
    Set<DeviceId> dead = new LinkedHashSet<>();
    dead.add(gone(message, new Address(Address.Type.NDEATH, node.name(), "")));
    for (String device : node.devices()) {
      if (!device.isEmpty()) {
        dead.add(gone(message, new Address(Address.Type.DDEATH, node.name(), device)));
      }
    }
    // Also those whose births did not come, or found no room, and whose values were taken.
    for (SubDevice device : message.devices().announced(node.name() + "/")) {
      device.died();
      dead.add(device.id());
    }
    node.died();
    return new Decoded.Death(List.copyOf(dead), Entry.Death.OF_NODE);
  }

  private Decoded deviceDeath(Message message, Address address, EdgeNode node) {
    node.forget(address.device());
    return new Decoded.Death(List.of(gone(message, address)), Entry.Death.OF_DEVICE);
  }

  private DeviceId gone(Message message, Address address) {
    SubDevice sub = sub(message, address);
    if (sub != null) {
      sub.died();
    }
    return id(message, sub);
  }

  /** The device that a gateway speaks for; null where a device speaks for itself. */
  private @Nullable SubDevice sub(Message message, Address address) {
    return isGateway ? message.devices().named(address.name()) : null;
  }

  private static DeviceId id(Message message, @Nullable SubDevice sub) {
    return sub == null ? message.publisher() : sub.id();
  }

  private Loss loss(Message message, EdgeNode node, Gap gap) {
    SubDevice sub = sub(message, new Address(Address.Type.NDATA, node.name(), ""));
    return new Loss(
        id(message, sub),
        gap.lost(),
        ("%d messages of %s did not come, as its sequence numbers show: with QoS 0 nothing is"
                + " acknowledged or sent again. Its births are asked for%s")
            .formatted(
                gap.lost(), node.name(), gap.missing() == SequenceNumbers.MASK ? SAME_TWICE : ""));
  }

  /** A message whose topic named no node was of this one: it explains nothing of the others. */
  private void tellOthers(EdgeNode node, Gap gap) {
    for (EdgeNode other : gap.ofAny() == 0 ? List.<EdgeNode>of() : nodes.values()) {
      if (other != node) {
        other.numbers().wereOfAnother(gap.ofAny());
      }
    }
  }

  private Dialect refusing(String topic, String detail) {
    return message -> {
      refuseUnread(topic, message.duplicate());
      return refused(message, Reason.TOPIC, detail);
    };
  }

  private static Refused refused(Message message, Reason reason, String detail) {
    return new Refused(new Refusal(null, reason, detail, null, 0, 0, message.length()));
  }
}
