package qiantang.sim.fleet;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import qiantang.sim.plan.Dialect;
import qiantang.sim.plan.EdgeNodePlan;
import qiantang.sim.plan.EdgeNodePlan.Announcement;
import qiantang.sim.sparkplug.NodeCommand;
import qiantang.sim.sparkplug.SparkplugPayload;
import qiantang.sim.wire.Connection;
import qiantang.sim.wire.Login;
import qiantang.sim.wire.ServerPacket;

/**
 * What the publishers of one loop that are Sparkplug edge nodes say of their connections: wills,
 * births, deaths, and the numbers of all they send. Three bytes a publisher, none in a loop without
 * edge nodes. Loop thread.
 */
final class EdgeNodes {
  /** [tck-id-payloads-sequence-num-incrementing] 0 to 255, then 0 again. */
  private static final int MASK = 255;

  /** Nothing else is in flight on a connection that has just been logged in. */
  private static final int SUBSCRIBE_PACKET_ID = 1;

  private final List<Seat> seats;

  /** Of the connection's will and births; counts the attempts to connect. */
  private final byte[] bdSeq;

  /** Of the next message. */
  private final byte[] seq;

  private final boolean[] birthsWanted;

  EdgeNodes(List<Seat> seats) {
    this.seats = seats;
    boolean any = seats.stream().anyMatch(EdgeNodes::isNode);
    int count = any ? seats.size() : 0;
    bdSeq = new byte[count];
    Arrays.fill(bdSeq, (byte) -1); // the first is 0
    seq = new byte[count];
    birthsWanted = new boolean[count];
  }

  private static boolean isNode(Seat seat) {
    return seat.plan().fleet().dialect() == Dialect.SPARKPLUG;
  }

  boolean isNode(int p) {
    return bdSeq.length > 0 && isNode(seats.get(p));
  }

  /**
   * The will of the next attempt to connect, or null for who is no edge node. Each has a number of
   * its own, which its births repeat. [tck-id-payloads-ndeath-will-message, bdseq-repeat]
   */
  Login.@Nullable Will will(int p) {
    if (!isNode(p)) {
      return null;
    }
    bdSeq[p]++;
    Announcement death = plan(p).death(bdSeq[p] & MASK, System.currentTimeMillis());
    return new Login.Will(death.topic(), death.payload());
  }

  void subscribe(int p, Connection open) {
    open.subscribe(SUBSCRIBE_PACKET_ID, plan(p).commandTopic());
  }

  /** Sends the births of the node and of its devices. [tck-id-message-flow-edge-node-birth] */
  void announce(int p, Connection open) {
    birthsWanted[p] = false;
    seq[p] = 0;
    for (Announcement birth : plan(p).births(bdSeq[p] & MASK, System.currentTimeMillis())) {
      open.announce(birth.topic(), SparkplugPayload.numbered(birth.payload(), nextSeq(p)));
    }
    open.flush();
  }

  /** The number of the message that is sent now; also of one that is sent again. */
  int nextSeq(int p) {
    return bdSeq.length == 0 ? 0 : seq[p]++ & MASK;
  }

  /** Takes a command. Births follow within a second: whoever asks in a loop gets one a second. */
  void received(int p, Connection open, ServerPacket.Message message) {
    if (message.packetId() > 0) {
      open.acknowledge(message.packetId());
    }
    if (isNode(p)
        && message.topic().equals(plan(p).commandTopic())
        && NodeCommand.asksForBirths(message.payload())) {
      birthsWanted[p] = true;
    }
  }

  /** Sends the births again if they were asked for; once a second. */
  void announceAgain(int p, Connection open) {
    if (birthsWanted.length > 0 && birthsWanted[p]) {
      announce(p, open);
    }
  }

  /** [tck-id-operational-behavior-edge-node-intentional-disconnect-ndeath] */
  void sayGoodbye(int p, Connection open) {
    if (isNode(p)) {
      Announcement death = plan(p).death(bdSeq[p] & MASK, System.currentTimeMillis());
      open.announce(death.topic(), death.payload());
      open.flush();
    }
  }

  private EdgeNodePlan plan(int p) {
    return new EdgeNodePlan(seats.get(p).plan());
  }
}
