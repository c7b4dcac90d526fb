package qiantang.sim.fleet;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import qiantang.sim.plan.PublisherPlan;
import qiantang.sim.wire.Addresses;
import qiantang.sim.wire.Connection;
import qiantang.sim.wire.Login;
import qiantang.sim.wire.ServerPacket;
import qiantang.sim.wire.WireEvent;
import qiantang.sim.wire.WireLoop;

/**
 * The publishers of one loop and their connections: log in, send what is due, settle
 * acknowledgements, come back after a loss and send again what is open. A publisher is an index
 * into arrays: with {@link Outbound} and the wheel it takes less than 100 bytes, its plan and its
 * socket aside. Loop thread only.
 */
final class PublisherLoop {
  /** Wakes at most this often; what falls due in between goes together and shows as lag. */
  private static final long TICK_NANOS = 1_000_000;

  private static final long NANOS_PER_MILLI = 1_000_000;
  private static final long RAMP_NANOS = 5_000_000;
  private static final long RESERVED_AGAIN_NANOS = 10_000_000;

  /** Keep-alives and silences are looked at once a second, a tenth of the publishers at a time. */
  private static final int UPKEEP_PARTS = 10;

  private static final Duration UPKEEP_EVERY = Duration.ofMillis(100);

  /**
   * A system that cannot store stays silent; after this long we ask again by a new connection.
   * Twice the longest outage that no connection may be lost by.
   */
  private static final int SILENCE_MILLIS_MAX = (int) Duration.ofMinutes(2).toMillis();

  private static final int LOGIN_MILLIS_MAX = (int) Duration.ofSeconds(20).toMillis();

  /** After so many failures as a byte counts: all addresses have their turns between the two. */
  private static final byte FAILURES_FROM_THERE = 30;

  private static final byte LOGGED_IN = 1;
  private static final byte PINGED = 2;

  /** Its end is the scenario's doing, and no trouble. */
  private static final byte DISTURBED = 4;

  private final WireLoop loop;
  private final String runId;
  private final List<Seat> seats;
  private final FleetOptions options;
  private final LoopFigures figures;
  private final Outbound outbound;
  private final Answers answers;
  private final EdgeNodes nodes;
  private final long originNanos;

  // Times in milliseconds since the origin: differences are right for 24 days of silence.
  private final @Nullable Connection[] connections;
  private final byte[] state;
  private final byte[] failures;
  private final int[] openedMillis;

  /** When something was written last; while a PINGREQ is not answered, when that went. */
  private final int[] lastWriteMillis;

  private final char[] pingAfterSeconds;

  /** The newest dead connection of each publisher that has one: a socket each at most. */
  private final Map<Integer, Connection> halfOpen = new HashMap<>();

  private TimerWheel wheel = new TimerWheel(0, 0);
  private Backoff backoff = Backoff.PROMPT;
  private long startMillis;
  private long startNanos;
  private LongSupplier reservedUntilNanos = () -> Long.MAX_VALUE;
  private int connecting;
  private int upkeepPart;
  private boolean stopping;

  PublisherLoop(
      WireLoop loop, String runId, List<Seat> seats, FleetOptions options, LoopFigures figures) {
    this.loop = loop;
    this.runId = runId;
    this.seats = seats;
    this.options = options;
    this.figures = figures;
    this.outbound = new Outbound(seats, figures, options.backlogMax(), this::write);
    this.answers = new Answers(seats, figures, outbound, options.nanos());
    this.nodes = new EdgeNodes(seats);
    this.originNanos = options.nanos().getAsLong();
    int count = seats.size();
    connections = new Connection[count];
    state = new byte[count];
    failures = new byte[count];
    openedMillis = new int[count];
    lastWriteMillis = new int[count];
    pingAfterSeconds = new char[count];
  }

  void connectAll(int perSecond) {
    ramp(options.nanos().getAsLong(), perSecond);
    loop.schedule(this::upkeep, UPKEEP_EVERY);
  }

  private void ramp(long beganNanos, int perSecond) {
    long now = options.nanos().getAsLong();
    double until = 1 + (now - beganNanos) * 1e-9 * perSecond;
    while (connecting < seats.size() && connecting < until) {
      connect(connecting++);
    }
    if (connecting < seats.size() && !stopping) {
      loop.schedule(() -> ramp(beganNanos, perSecond), Duration.ofNanos(RAMP_NANOS));
    }
  }

  void begin(long startMillis, long startNanos, LongSupplier reservedUntilNanos) {
    this.reservedUntilNanos = reservedUntilNanos;
    this.startMillis = startMillis;
    this.startNanos = startNanos;
    outbound.begin(startNanos);
    wheel = new TimerWheel(seats.size(), -1);
    for (int p = 0; p < seats.size(); p++) {
      schedule(p);
    }
    pace();
  }

  void stop() {
    stopping = true;
    for (int p = 0; p < connections.length; p++) {
      Connection open = connections[p];
      if (open != null) {
        if (is(p, LOGGED_IN)) {
          nodes.sayGoodbye(p, open);
        }
        open.disconnect();
      }
    }
  }

  int size() {
    return seats.size();
  }

  List<Ledger> ledgers(int from, int to) {
    return outbound.ledgers(from, to);
  }

  void disturb(Disturbance disturbance) {
    for (int p = 0; p < connections.length; p++) {
      Connection open = connections[p];
      if (open != null && disturbance.lot().has(plan(p).index())) {
        disturb(p, open, disturbance);
      }
    }
  }

  private void disturb(int p, Connection open, Disturbance disturbance) {
    switch (disturbance.kind()) {
      case LEAVE -> {
        figures.left.increment();
        open.leave();
        gone(p, disturbance.backoff());
      }
      case DROP -> {
        backoff = disturbance.backoff();
        figures.cut.increment();
        state[p] |= DISTURBED;
        open.abort("dropped by the scenario");
      }
      case LEAVE_HALF_OPEN -> {
        backoff = disturbance.backoff();
        figures.halfOpened.increment();
        leaveHalfOpen(p, open);
      }
      case STOP_READING -> {
        figures.stoppedReading.increment();
        open.read(false);
      }
      case READ_AGAIN -> open.read(true);
    }
  }

  private void leaveHalfOpen(int p, Connection open) {
    open.abandon();
    Connection older = halfOpen.put(p, open);
    if (older != null) {
      older.abort("a newer one is half open");
    }
    state[p] |= DISTURBED;
    closed(p, "left half open by the scenario");
  }

  private void pace() {
    if (stopping) {
      return;
    }
    long ahead = options.nanos().getAsLong() - startNanos;
    if (ahead >= reservedUntilNanos.getAsLong()) {
      // The journal waits for the disk. What falls due meanwhile goes late, and shows as lag.
      loop.schedule(this::pace, Duration.ofNanos(RESERVED_AGAIN_NANOS));
      return;
    }
    wheel.advance(Math.floorDiv(ahead, TICK_NANOS), this::due);
    long next = wheel.nextTick();
    if (next != TimerWheel.NEVER) {
      long delay = startNanos + next * TICK_NANOS - options.nanos().getAsLong();
      // Without a delay the sockets are still looked at in between.
      loop.schedule(this::pace, Duration.ofNanos(Math.max(0, delay)));
    }
  }

  private void due(int p) {
    // The clock anew for each: the time that those before took is lag of ours too.
    long now = options.nanos().getAsLong();
    // A process that was stopped since the last look at the reserve must not pass it.
    long held = Math.min(now - startNanos, reservedUntilNanos.getAsLong() - 1);
    outbound.becomeDue(p, startNanos + held);
    send(p, now);
    schedule(p);
  }

  private void schedule(int p) {
    if (outbound.hasMore(p)) {
      // The first tick at which it is due: never early, up to a tick late.
      long ahead = outbound.nextDueNanos(p) - startNanos;
      wheel.schedule(p, -Math.floorDiv(-ahead, TICK_NANOS));
    }
  }

  private void send(int p, long nowNanos) {
    Connection open = connections[p];
    if (open != null && is(p, LOGGED_IN) && !stopping) {
      // Unwritable, it tells when it is writable again: what waits in the plan takes no memory.
      if (open.isWritable() && outbound.send(p, nowNanos)) {
        if (!is(p, PINGED)) {
          lastWriteMillis[p] = millis(nowNanos);
        }
        open.flush();
        if (outbound.isBehindUnanswered(p)) {
          loop.execute(() -> send(p, options.nanos().getAsLong())); // others have their turn first
        }
      }
    }
  }

  private void write(int p, long n, int packetId, Step step) {
    Connection open = connections[p];
    if (open == null) {
      throw new AssertionError("BUG: a message without a connection");
    }
    PublisherPlan plan = plan(p);
    switch (step) {
      case PUBLISH, PUBLISH_AGAIN ->
          open.publish(
              plan.topic(n),
              plan.fleet().qos(),
              packetId,
              step == Step.PUBLISH_AGAIN,
              plan.payload(n, startMillis, nodes.nextSeq(p)));
      case PUBREL -> open.release(packetId);
    }
  }

  private void connect(int p) {
    if (!stopping) {
      PublisherPlan plan = plan(p);
      openedMillis[p] = millis(options.nanos().getAsLong());
      Login login =
          new Login(
              plan.fleet().mqtt(),
              runId + "-" + plan.index(),
              seats.get(p).token(),
              options.password(),
              keepAliveSeconds(p),
              nodes.will(p));
      boolean overTls = plan.fleet().tls();
      Addresses servers = options.servers().of(overTls);
      loop.connect(
          servers.of(plan.index(), failures[p]),
          overTls ? options.servers().tls() : null,
          options.source(plan.index(), servers.all().size()),
          login,
          event -> happened(p, event));
    }
  }

  private void happened(int p, WireEvent event) {
    switch (event) {
      case WireEvent.Opened(Connection opened) -> opened(p, opened);
      case WireEvent.Received(ServerPacket packet) -> received(p, packet);
      case WireEvent.ReceivedAll _ -> receivedAll(p);
      case WireEvent.Writable _ -> send(p, options.nanos().getAsLong());
      case WireEvent.Closed(String cause, boolean lasting) -> {
        Addresses addresses = options.servers().of(plan(p).fleet().tls());
        if (lasting && addresses.allTried(failures[p])) {
          figures.hopeless(cause);
        }
        closed(p, cause);
      }
    }
  }

  private void receivedAll(int p) {
    Connection open = connections[p];
    if (open != null && plan(p).fleet().qos() == 2) {
      open.flush(); // the PUBRELs
    }
    send(p, options.nanos().getAsLong());
  }

  private void opened(int p, Connection opened) {
    connections[p] = opened;
    state[p] = 0;
    if (stopping) {
      opened.disconnect();
    }
  }

  private void received(int p, ServerPacket packet) {
    if (stopping) {
      return; // the ledgers have been handed over
    }
    Connection open = connections[p];
    if (open == null) {
      return; // it was left while its packets were told
    }
    switch (packet) {
      case ServerPacket.ConnAck connAck -> loginAnswered(p, connAck);
      case ServerPacket.SubAck subAck -> subscribed(p, subAck);
      case ServerPacket.Message message -> nodes.received(p, open, message);
      case ServerPacket.OfMessage answer -> answers.take(p, open, answer);
      case ServerPacket.PingResp _ -> state[p] &= ~PINGED;
      case ServerPacket.Disconnect disconnect ->
          abort(
              p,
              "the server disconnected: " + Answers.code(disconnect.code()) + disconnect.reason());
      case ServerPacket.Other other -> abort(p, "the server sent packet type " + other.type());
    }
  }

  private void closed(int p, String cause) {
    if (is(p, LOGGED_IN) && !stopping) {
      figures.connectionsLost.increment();
    }
    if (!is(p, DISTURBED) && !stopping) {
      Connection was = connections[p];
      boolean many = options.servers().of(plan(p).fleet().tls()).all().size() > 1;
      String where = was != null && many ? " at " + was.server() : "";
      figures.trouble(plan(p).id() + where + ": " + cause);
    }
    gone(p, backoff);
  }

  /** The publisher has no connection, and will have another. */
  private void gone(int p, Backoff back) {
    connections[p] = null;
    if (is(p, LOGGED_IN) && !stopping) { // who is told to stop counts as logged in at the end
      figures.loggedIn.decrement();
    }
    state[p] = 0;
    if (!stopping) {
      loop.schedule(() -> connect(p), back.draw(plan(p).seed(), failures[p]));
      failures[p] = failures[p] == Byte.MAX_VALUE ? FAILURES_FROM_THERE : (byte) (failures[p] + 1);
    }
  }

  private void loginAnswered(int p, ServerPacket.ConnAck connAck) {
    if (connAck.code() != 0) {
      figures.loginsRefused.increment();
      abort(p, "the server refused the login: " + Answers.code(connAck.code()));
      return;
    }
    int qos = plan(p).fleet().qos();
    if (qos > connAck.maximumQos()) { // [MQTT-3.2.2-11] nothing above it may be sent
      figures.loginsRefused.increment();
      abort(
          p,
          "the server takes QoS %d at most, the fleet has qos: %d"
              .formatted(connAck.maximumQos(), qos));
      return;
    }
    outbound.connected(p, connAck.receiveMax(), connAck.sessionPresent());
    // [MQTT-5 3.2.2.3.14] the server's keep-alive holds; half of it leaves room for a slow ping.
    int seconds =
        connAck.keepAliveSeconds() > 0
            ? Math.min(keepAliveSeconds(p), connAck.keepAliveSeconds())
            : keepAliveSeconds(p);
    pingAfterSeconds[p] = (char) (seconds / 2);
    lastWriteMillis[p] = millis(options.nanos().getAsLong());
    Connection open = connections[p];
    if (open != null && nodes.isNode(p)) {
      nodes.subscribe(p, open);
    } else {
      loggedIn(p);
    }
  }

  /** [tck-id-message-flow-edge-node-ncmd-subscribe] before the births, and births before data. */
  private void subscribed(int p, ServerPacket.SubAck subAck) {
    Connection open = connections[p];
    if (open == null || is(p, LOGGED_IN)) {
      return;
    }
    if (subAck.code() >= 0x80) {
      figures.trouble(plan(p).id() + ": commands are refused: " + Answers.code(subAck.code()));
    }
    nodes.announce(p, open);
    loggedIn(p);
  }

  private void loggedIn(int p) {
    state[p] |= LOGGED_IN;
    failures[p] = 0;
    figures.loggedIn.increment();
  }

  private void upkeep() {
    long nowNanos = options.nanos().getAsLong();
    for (int p = upkeepPart; p < connections.length; p += UPKEEP_PARTS) {
      Connection open = connections[p];
      if (open != null) {
        upkeep(p, open, nowNanos);
      }
    }
    upkeepPart = (upkeepPart + 1) % UPKEEP_PARTS;
    if (!stopping) {
      loop.schedule(this::upkeep, UPKEEP_EVERY);
    }
  }

  /** Once a second: keep the connection alive, and end one that has gone silent. */
  private void upkeep(int p, Connection open, long nowNanos) {
    int now = millis(nowNanos);
    if (is(p, LOGGED_IN)) {
      nodes.announceAgain(p, open);
    }
    int waited = now - Math.max(openedMillis[p], millis(outbound.oldestSentNanos(p, nowNanos)));
    if (!is(p, LOGGED_IN)) {
      if (now - openedMillis[p] > LOGIN_MILLIS_MAX) {
        open.abort("no answer to CONNECT, or to SUBSCRIBE after it");
      }
    } else if (is(p, PINGED) && now - lastWriteMillis[p] > SILENCE_MILLIS_MAX) {
      open.abort("no answer to PINGREQ");
    } else if (waited > SILENCE_MILLIS_MAX) {
      open.abort("no acknowledgement for " + SILENCE_MILLIS_MAX / 1_000 + " s");
    } else if (!is(p, PINGED) && now - lastWriteMillis[p] > pingAfterSeconds[p] * 1_000) {
      lastWriteMillis[p] = now;
      state[p] |= PINGED;
      open.ping();
    }
  }

  private boolean is(int p, byte flag) {
    return (state[p] & flag) != 0;
  }

  private void abort(int p, String cause) {
    Connection open = connections[p];
    if (open != null) {
      open.abort(cause);
    }
  }

  private PublisherPlan plan(int p) {
    return seats.get(p).plan();
  }

  private int keepAliveSeconds(int p) {
    return Math.toIntExact(plan(p).fleet().keepAlive().toSeconds());
  }

  private int millis(long nanos) {
    return (int) ((nanos - originNanos) / NANOS_PER_MILLI);
  }
}
