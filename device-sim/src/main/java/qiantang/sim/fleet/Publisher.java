package qiantang.sim.fleet;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import qiantang.sim.plan.Mix;
import qiantang.sim.plan.PublisherPlan;
import qiantang.sim.wire.Connection;
import qiantang.sim.wire.Login;
import qiantang.sim.wire.ServerPacket;
import qiantang.sim.wire.WireEvent;
import qiantang.sim.wire.WireLoop;

/**
 * One connection's life: log in, send what is due while the window has room, settle
 * acknowledgements, come back after a loss and send again what is open. Loop thread only.
 *
 * <p>Messages wait in the plan, not in a queue: {@code next} is the first that was never sent and
 * {@code due} the first whose time has not come.
 */
final class Publisher {

  /**
   * A system that cannot store stays silent; after this long we ask again by a new connection.
   * Twice the longest outage that no connection may be lost by.
   */
  private static final long SILENCE_NANOS_MAX = Duration.ofMinutes(2).toNanos();

  private static final long LOGIN_NANOS_MAX = Duration.ofSeconds(20).toNanos();

  private static final long BACKOFF_MILLIS_MIN = 200;
  private static final long BACKOFF_MILLIS_MAX = 5_000;

  private final PublisherPlan plan;
  private final Login login;
  private final byte[] topic;
  private final FleetOptions options;
  private final WireLoop loop;
  private final Figures figures;
  private final Ledger ledger = new Ledger();
  private final Window window;

  private long startMillis;
  private long startNanos;
  private long due;
  private long next;

  private @Nullable Connection connection;
  private boolean loggedIn;
  private boolean stopping;
  private int failures;
  private int windowMax;
  private int[] resendSlots = {};
  private int resendIndex;
  private long openedNanos;
  private long lastWriteNanos;
  private long pingNanos = -1;
  private long pingAfterNanos;

  Publisher(Seat seat, String clientId, FleetOptions options, WireLoop loop, Figures figures) {
    this.plan = seat.plan();
    this.login = new Login(plan.fleet().mqtt(), clientId, seat.token(), keepAliveSeconds());
    this.topic = plan.topic().getBytes(StandardCharsets.UTF_8);
    this.options = options;
    this.loop = loop;
    this.figures = figures;
    this.window = new Window(plan.fleet().inFlightMax());
    this.windowMax = plan.fleet().inFlightMax();
  }

  void connect() {
    if (!stopping) {
      openedNanos = options.nanos().getAsLong();
      loop.connect(options.address(), login, this::happened);
    }
  }

  void begin(long startMillis, long startNanos) {
    this.startMillis = startMillis;
    this.startNanos = startNanos;
  }

  boolean hasMore() {
    return due < plan.messages();
  }

  /** When the next message falls due, on the pacing clock. */
  long nextDueNanos() {
    return startNanos + plan.plannedNanos(due);
  }

  /** Takes note of everything that has fallen due, then sends what can be sent. */
  void becomeDue(long nowNanos) {
    while (hasMore() && nextDueNanos() <= nowNanos) {
      figures.recordLag(nowNanos - nextDueNanos());
      due++;
    }
    skipBacklog();
    sendDue(nowNanos);
  }

  /** Once a second: keep the connection alive, and end one that has gone silent. */
  void tick(long nowNanos) {
    Connection open = connection;
    if (open == null) {
      return;
    }
    if (!loggedIn) {
      if (nowNanos - openedNanos > LOGIN_NANOS_MAX) {
        open.abort("no answer to CONNECT");
      }
    } else if (pingNanos >= 0 && nowNanos - pingNanos > SILENCE_NANOS_MAX) {
      open.abort("no answer to PINGREQ");
    } else if (window.size() > 0 && nowNanos - oldestNanos() > SILENCE_NANOS_MAX) {
      open.abort("no PUBACK for " + Duration.ofNanos(SILENCE_NANOS_MAX).toSeconds() + " s");
    } else if (pingNanos < 0 && nowNanos - lastWriteNanos > pingAfterNanos) {
      pingNanos = nowNanos;
      open.ping();
    }
  }

  void stop() {
    stopping = true;
    if (connection != null) {
      connection.disconnect();
    }
  }

  Ledger ledger() {
    return ledger;
  }

  private void happened(WireEvent event) {
    switch (event) {
      case WireEvent.Opened(Connection opened) -> opened(opened);
      case WireEvent.Received(ServerPacket packet) -> received(packet);
      case WireEvent.ReceivedAll _ -> sendDue(options.nanos().getAsLong());
      case WireEvent.Closed(String cause) -> closed(cause);
    }
  }

  private void opened(Connection opened) {
    connection = opened;
    if (stopping) {
      opened.disconnect();
    }
  }

  private void received(ServerPacket packet) {
    if (stopping) {
      return; // the ledgers have been handed over
    }
    switch (packet) {
      case ServerPacket.ConnAck connAck -> loginAnswered(connAck);
      case ServerPacket.PubAck pubAck -> acknowledged(pubAck);
      case ServerPacket.PingResp _ -> pingNanos = -1;
      case ServerPacket.Disconnect disconnect ->
          abort("the server disconnected: " + code(disconnect.code()) + disconnect.reason());
      case ServerPacket.Other other -> abort("the server sent packet type " + other.type());
    }
  }

  private void closed(String cause) {
    connection = null;
    pingNanos = -1;
    if (loggedIn) {
      loggedIn = false;
      figures.loggedIn.decrement();
      if (!stopping) {
        figures.connectionsLost.increment();
      }
    }
    if (!stopping) {
      figures.trouble(plan.id() + ": " + cause);
      loop.schedule(this::connect, backoff());
    }
  }

  private void loginAnswered(ServerPacket.ConnAck connAck) {
    if (connAck.code() != 0) {
      figures.loginsRefused.increment();
      abort("the server refused the login: " + code(connAck.code()));
      return;
    }
    loggedIn = true;
    failures = 0;
    figures.loggedIn.increment();
    windowMax = Math.min(plan.fleet().inFlightMax(), connAck.receiveMax());
    resendSlots = window.slotsInOrder();
    resendIndex = 0;
    // [MQTT-5 3.2.2.3.14] the server's keep-alive holds; half of it leaves room for a slow ping.
    int seconds =
        connAck.keepAliveSeconds() > 0
            ? Math.min(keepAliveSeconds(), connAck.keepAliveSeconds())
            : keepAliveSeconds();
    pingAfterNanos = Duration.ofSeconds(seconds).toNanos() / 2;
    lastWriteNanos = options.nanos().getAsLong();
  }

  private int keepAliveSeconds() {
    return Math.toIntExact(plan.fleet().keepAlive().toSeconds());
  }

  private void acknowledged(ServerPacket.PubAck pubAck) {
    if (!window.holds(pubAck.packetId())) {
      figures.strayAcks.increment();
      return;
    }
    int slot = Window.slot(pubAck.packetId());
    long n = window.message(slot);
    long now = options.nanos().getAsLong();
    figures.recordAck(now - startNanos - plan.plannedNanos(n), now - window.sentNanos(slot));
    window.free(slot);
    if (pubAck.success()) {
      ledger.acked(n);
      figures.acked.increment();
    } else {
      ledger.refused(n);
      figures.refused.increment();
      figures.trouble(plan.id() + ": message refused: " + code(pubAck.code()) + pubAck.reason());
    }
  }

  /** Sends what is open from before, then what is due, as far as the window reaches. */
  private void sendDue(long nowNanos) {
    Connection open = connection;
    if (open == null || !loggedIn || stopping) {
      return;
    }
    boolean written = false;
    // What was sent on this connection is what is in the window but not waiting to be sent again.
    while (resendIndex < resendSlots.length && onThisConnection() < windowMax) {
      int slot = resendSlots[resendIndex++];
      if (!window.holds(Window.packetId(slot))) {
        continue; // acknowledged by the kept session before we sent it again
      }
      figures.resent.increment();
      publish(open, slot, true);
      written = true;
    }
    while (resendIndex == resendSlots.length
        && next < due
        && !window.full()
        && window.size() < windowMax) {
      if (nowNanos - startNanos - plan.plannedNanos(next) > Figures.LATE_NANOS) {
        figures.late.increment();
      }
      figures.sent.increment();
      ledger.sent(next);
      publish(open, window.take(next, nowNanos), false);
      next++;
      written = true;
    }
    if (written) {
      lastWriteNanos = nowNanos;
      open.flush();
    }
  }

  private int onThisConnection() {
    return window.size() - (resendSlots.length - resendIndex);
  }

  private void publish(Connection open, int slot, boolean dup) {
    byte[] payload = plan.payload(window.message(slot), startMillis);
    open.publish(topic, Window.packetId(slot), dup, payload);
  }

  private void skipBacklog() {
    while (due - next > options.backlogMax()) {
      figures.skipped.increment();
      ledger.acked(next++);
    }
  }

  private long oldestNanos() {
    long oldest = Long.MAX_VALUE;
    for (int slot : window.slotsInOrder()) {
      oldest = Math.min(oldest, Math.max(window.sentNanos(slot), openedNanos));
    }
    return oldest;
  }

  private void abort(String cause) {
    if (connection != null) {
      connection.abort(cause);
    }
  }

  /** Doubles with each failure and is drawn from its whole range, so that a crowd spreads. */
  private Duration backoff() {
    long ceiling = Math.min(BACKOFF_MILLIS_MAX, BACKOFF_MILLIS_MIN << Math.min(failures, 10));
    failures++;
    return Duration.ofMillis(1 + (long) (Mix.unit(plan.seed(), -failures) * ceiling));
  }

  private static String code(int code) {
    return String.format("0x%02x ", code);
  }
}
