package qiantang.sim.fleet;

import java.util.Arrays;
import java.util.List;
import qiantang.sim.plan.PublisherPlan;

/**
 * Which messages of the publishers of one loop are due, in flight and settled. It knows no socket
 * and no clock, so that a test runs it in virtual time. Loop thread.
 *
 * <p>Messages wait in the plan, not in a queue: {@code due} is the first whose time has not come,
 * and the ledger knows the first that was never sent. About 70 bytes a publisher, and 24 a message
 * in flight.
 *
 * <p>QoS 0: a message is done when it is sent. QoS 1: PUBLISH until PUBACK. QoS 2 [MQTT-4.3.3]:
 * PUBLISH until PUBREC, from there on PUBREL until PUBCOMP, under one packet id.
 */
final class Outbound {

  /** Puts a step of a message on the wire. */
  @FunctionalInterface
  interface Wire {
    void write(int publisher, long n, int packetId, Step step);
  }

  private final List<Seat> seats;
  private final LoopFigures figures;
  private final long backlogMax;
  private final Wire wire;
  private final Flights flights;
  private final Ledger[] ledgers;
  private final long[] due;

  /** Unacknowledged messages that the connection may have: the fleet's limit or the server's. */
  private final char[] windowMax;

  /** From here on messages in flight wait to be sent again on the connection that is open. */
  private final int[] resendFrom;

  private final char[] resendCount;

  /** The newest broken message that was sent again, plus 1; empty where the plan has none. */
  private final long[] brokenAgain;

  private long startNanos;

  Outbound(List<Seat> seats, LoopFigures figures, long backlogMax, Wire wire) {
    this.seats = seats;
    this.figures = figures;
    this.backlogMax = backlogMax;
    this.wire = wire;
    int count = seats.size();
    flights = new Flights(count);
    ledgers = new Ledger[count];
    Arrays.setAll(ledgers, _ -> new Ledger());
    due = new long[count];
    windowMax = new char[count];
    resendFrom = new int[count];
    Arrays.fill(resendFrom, Flights.NONE);
    resendCount = new char[count];
    brokenAgain = new long[seats.stream().allMatch(seat -> seat.plan().isSound()) ? 0 : count];
  }

  void begin(long startNanos) {
    this.startNanos = startNanos;
  }

  List<Ledger> ledgers(int from, int to) {
    return Arrays.stream(ledgers, from, to).map(Ledger::copy).toList();
  }

  boolean hasMore(int publisher) {
    return due[publisher] < plan(publisher).messages();
  }

  /** When the publisher's next message falls due, on the pacing clock. */
  long nextDueNanos(int publisher) {
    return startNanos + plan(publisher).plannedNanos(due[publisher]);
  }

  /** Takes note of everything of a publisher that has fallen due. */
  void becomeDue(int publisher, long nowNanos) {
    PublisherPlan plan = plan(publisher);
    long messages = plan.messages();
    long n = due[publisher];
    while (n < messages) {
      long late = nowNanos - startNanos - plan.plannedNanos(n);
      if (late < 0) {
        break;
      }
      figures.recordLag(late);
      n++;
    }
    due[publisher] = n;
    Ledger ledger = ledgers[publisher];
    while (n - ledger.sent() > backlogMax) {
      figures.skipped.increment();
      ledger.skip(ledger.sent());
    }
  }

  /**
   * A connection is there: what is in flight goes again, before anything new.
   *
   * @param sessionPresent whether the server still has what we told it on the connection before; if
   *     not, neither may we know of it [MQTT-3.2.2-5]: each message goes as if for the first time
   */
  void connected(int publisher, int receiveMax, boolean sessionPresent) {
    if (brokenAgain.length > 0) {
      giveUpBroken(publisher);
    }
    flights.reconnect(publisher, sessionPresent);
    windowMax[publisher] = (char) Math.min(plan(publisher).fleet().inFlightMax(), receiveMax);
    resendFrom[publisher] = flights.first(publisher);
    resendCount[publisher] = (char) flights.size(publisher);
  }

  /**
   * A broken message that two connections ended with counts as refused by that: a system may hang
   * up on one, and whoever sent it for ever would never send anything else.
   */
  private void giveUpBroken(int publisher) {
    int slot = flights.first(publisher);
    while (slot != Flights.NONE && flights.message(slot) < brokenAgain[publisher]) {
      int after = flights.after(slot);
      long n = flights.message(slot);
      if (plan(publisher).broken(n) != null) {
        flights.remove(publisher, slot);
        ledgers[publisher].refused(n);
        figures.messages.refused(publisher);
      }
      slot = after;
    }
  }

  /**
   * Sends what is due as far as the window reaches; answers whether there was anything. With QoS 0
   * a window is so much at once.
   */
  boolean send(int publisher, long nowNanos) {
    boolean resent = resend(publisher);
    if (resendCount[publisher] > 0) {
      return resent;
    }
    Ledger ledger = ledgers[publisher];
    PublisherPlan plan = plan(publisher);
    boolean answered = plan.fleet().qos() > 0;
    long first = ledger.sent();
    long n = first;
    while (n < due[publisher]
        && (answered ? flights.size(publisher) : n - first) < windowMax[publisher]
        && flights.hasRoomFor(publisher, n)) {
      if (nowNanos - startNanos - plan.plannedNanos(n) > Figures.LATE_NANOS) {
        figures.messages.late(publisher);
      }
      figures.messages.sent(publisher);
      ledger.sent(n);
      if (answered) {
        flights.add(publisher, n, nowNanos);
      } else {
        figures.atMostOnce.increment();
      }
      wire.write(publisher, n, Flights.packetId(n), Step.PUBLISH);
      n++;
    }
    return resent || n > first;
  }

  /** [MQTT-4.6.0-1] in the order in which they went at first, [MQTT-4.4.0-1] under their ids. */
  private boolean resend(int publisher) {
    boolean any = false;
    // What was sent on this connection is what is in flight and not waiting to be sent again.
    while (resendCount[publisher] > 0
        && flights.size(publisher) - resendCount[publisher] < windowMax[publisher]) {
      int slot = resendFrom[publisher];
      long n = flights.message(slot);
      resendFrom[publisher] = flights.after(slot);
      resendCount[publisher]--;
      figures.resent.increment();
      if (brokenAgain.length > 0 && plan(publisher).broken(n) != null) {
        brokenAgain[publisher] = n + 1;
      }
      wire.write(publisher, n, Flights.packetId(n), flights.step(slot));
      any = true;
    }
    return any;
  }

  /**
   * PUBREC says that the server has the message with this packet id: PUBREL goes. Answers whether
   * there is one in flight.
   *
   * @param success if not, the message is refused and this is its end [MQTT-5 4.3.3]
   */
  boolean received(int publisher, int packetId, boolean success, long nowNanos) {
    if (!success) {
      return settled(publisher, flights.find(publisher, packetId), false, nowNanos);
    }
    int slot = flights.find(publisher, packetId);
    if (slot == Flights.NONE) {
      figures.strayAcks.increment();
      return false;
    }
    flights.received(slot);
    if (!waitsToGoAgain(publisher, flights.message(slot))) {
      wire.write(publisher, flights.message(slot), packetId, Step.PUBREL);
    }
    return true;
  }

  /** PUBCOMP says that all is done; answers whether such a message was received before. */
  boolean completed(int publisher, int packetId, long nowNanos) {
    int slot = flights.find(publisher, packetId);
    boolean expected = slot != Flights.NONE && flights.step(slot) == Step.PUBREL;
    return settled(publisher, expected ? slot : Flights.NONE, true, nowNanos);
  }

  /** Settles the message with this packet id; answers whether there is one in flight. */
  boolean acknowledged(int publisher, int packetId, boolean success, long nowNanos) {
    return settled(publisher, flights.find(publisher, packetId), success, nowNanos);
  }

  private boolean settled(int publisher, int slot, boolean success, long nowNanos) {
    if (slot == Flights.NONE) {
      figures.strayAcks.increment();
      return false;
    }
    long n = flights.message(slot);
    long planned = startNanos + plan(publisher).plannedNanos(n);
    figures.recordAck(nowNanos - planned, nowNanos - flights.sentNanos(slot));
    int waiting = resendFrom[publisher];
    if (waitsToGoAgain(publisher, n)) {
      // Acknowledged by the kept session before we sent it again.
      resendCount[publisher]--;
      resendFrom[publisher] = slot == waiting ? flights.after(slot) : waiting;
    }
    flights.remove(publisher, slot);
    if (success) {
      ledgers[publisher].acked(n);
      figures.messages.acked(publisher);
    } else {
      ledgers[publisher].refused(n);
      figures.messages.refused(publisher);
    }
    return true;
  }

  /** Whether more is due of a publisher whose window no answer opens: of QoS 0. */
  boolean isBehindUnanswered(int publisher) {
    return plan(publisher).fleet().qos() == 0 && ledgers[publisher].sent() < due[publisher];
  }

  private boolean waitsToGoAgain(int publisher, long n) {
    return resendCount[publisher] > 0 && n >= flights.message(resendFrom[publisher]);
  }

  /** When the oldest unacknowledged message was first sent, or {@code nowNanos} without one. */
  long oldestSentNanos(int publisher, long nowNanos) {
    int slot = flights.first(publisher);
    return slot == Flights.NONE ? nowNanos : flights.sentNanos(slot);
  }

  private PublisherPlan plan(int publisher) {
    return seats.get(publisher).plan();
  }
}
