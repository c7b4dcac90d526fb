package qiantang.sim.fleet;

import java.util.List;
import java.util.function.LongSupplier;
import qiantang.sim.wire.Connection;
import qiantang.sim.wire.ServerPacket;

/** What a server answers to messages, of the publishers of one loop. Loop thread. */
final class Answers {
  private final List<Seat> seats;
  private final LoopFigures figures;
  private final Outbound outbound;
  private final LongSupplier nanos;

  Answers(List<Seat> seats, LoopFigures figures, Outbound outbound, LongSupplier nanos) {
    this.seats = seats;
    this.figures = figures;
    this.outbound = outbound;
    this.nanos = nanos;
  }

  void take(int p, Connection open, ServerPacket.OfMessage answer) {
    switch (answer) {
      case ServerPacket.PubAck pubAck -> {
        if (isOfQos(1, p, open, "PUBACK")) {
          acknowledged(p, pubAck);
        }
      }
      case ServerPacket.PubRec pubRec -> {
        if (isOfQos(2, p, open, "PUBREC")) {
          received(p, open, pubRec);
        }
      }
      case ServerPacket.PubComp pubComp -> {
        if (isOfQos(2, p, open, "PUBCOMP")) {
          outbound.completed(p, pubComp.packetId(), nanos.getAsLong());
        }
      }
    }
  }

  private void acknowledged(int p, ServerPacket.PubAck pubAck) {
    long now = nanos.getAsLong();
    boolean known = outbound.acknowledged(p, pubAck.packetId(), pubAck.success(), now);
    if (known && !pubAck.success()) {
      refused(p, pubAck.code(), pubAck.reason());
    }
  }

  private void received(int p, Connection open, ServerPacket.PubRec pubRec) {
    long now = nanos.getAsLong();
    boolean known = outbound.received(p, pubRec.packetId(), pubRec.success(), now);
    if (known && !pubRec.success()) {
      refused(p, pubRec.code(), pubRec.reason());
    } else if (!known && pubRec.success()) {
      open.releaseUnknown(pubRec.packetId());
    }
  }

  private boolean isOfQos(int qos, int p, Connection open, String name) {
    int ours = seats.get(p).plan().fleet().qos();
    if (ours == qos) {
      return true;
    }
    open.abort("the server answered QoS " + ours + " with " + name);
    return false;
  }

  private void refused(int p, int code, String reason) {
    figures.trouble(seats.get(p).plan().id() + ": message refused: " + code(code) + reason);
  }

  /** A reason code as people know it, before what the server said of it. */
  static String code(int code) {
    return String.format("0x%02x ", code);
  }
}
