package qiantang.store.read;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import qiantang.store.health.Evidence.Through;
import qiantang.store.journal.JournalTables.Start;
import qiantang.store.model.DeviceId;
import qiantang.store.model.Entry;
import qiantang.store.model.Register;
import qiantang.store.model.Register.Ended;
import qiantang.store.model.Register.Naming;
import qiantang.store.model.Register.OpenSession;
import qiantang.store.model.StartId;
import qiantang.store.read.Activity.Connection;

/**
 * Tells whether devices are connected: an open session counts as long as its node lives.
 *
 * @param starts those of all sessions, unless they have expired
 * @param lastArrivals of each start, when the last of this enterprise arrived there
 */
record Sessions(Map<StartId, Start> starts, Map<StartId, Long> lastArrivals, long nowMicros) {
  /**
   * Whether somebody is connected.
   *
   * @param sinceMicros since when; null for never
   * @param reason of the last begin or end of a session
   * @param through the gateway's session that tells it; null where none does
   */
  record Connected(
      Connection connection,
      @Nullable Long sinceMicros,
      @Nullable String reason,
      @Nullable Through through) {
    Connected(Connection connection, @Nullable Long sinceMicros, @Nullable String reason) {
      this(connection, sinceMicros, reason, null);
    }
  }

  /** Why a session is over whose node died: no word of the node's, for it said none. */
  static final String NODE_LOST = "node-lost";

  // Heartbeats come every 5 s, and one may be late.
  private static final Duration UNCLEAR = Duration.ofSeconds(11);

  private static final Connected NEVER = new Connected(Connection.NEVER, null, null);

  /** Why a device is offline whose gateway's session is over. */
  static final String GATEWAY_ENDED = "gateway-ended";

  /**
   * By a device's register; null for none. Who is spoken for is online while a session of a gateway
   * that named it is, and did not say since that it is gone.
   *
   * @param others registers of its gateways, and perhaps of more
   * @param lastEventMicros of the device's newest reading; null without one
   */
  Connected connected(
      @Nullable Register register, Map<DeviceId, Register> others, @Nullable Long lastEventMicros) {
    if (register == null || register.birth() == null || !register.isSpokenFor()) {
      return connected(register);
    }
    if (register.gone() != null) {
      return new Connected(Connection.OFFLINE, register.gone().micros(), register.gone().reason());
    }
    if (register.named().isEmpty()) { // births of programs before 2026-12: as its gateway
      return connected(others.get(register.birth().gateway()));
    }
    Connected told = NEVER;
    for (Naming named : register.named()) { // the last one tells, unless an earlier one is open
      Connected by = connected(named, others.get(named.gateway()), lastEventMicros);
      boolean isClearer =
          told.connection == Connection.UNKNOWN && by.connection == Connection.ONLINE;
      told = isClearer || !told.connection.isOpen() ? by : told;
    }
    return told;
  }

  /** A device by the gateway's session that named it. */
  private Connected connected(
      Naming named, @Nullable Register gateway, @Nullable Long lastEventMicros) {
    OpenSession session = gateway == null ? null : open(gateway.open(), named);
    if (session != null && isLive(session.start())) {
      return new Connected(
          open(session.start()), named.micros(), "connect", new Through(named.gateway(), null));
    }
    if (session != null) {
      long lost = Math.max(named.micros(), lastSignMicros(session));
      return new Connected(
          Connection.OFFLINE, lost, NODE_LOST, new Through(named.gateway(), NODE_LOST));
    }
    Ended ended = gateway == null ? null : ended(gateway, named);
    long since = ended == null ? lastSignMicros(named, gateway, lastEventMicros) : ended.micros();
    return new Connected(
        Connection.OFFLINE,
        Math.max(named.micros(), since),
        GATEWAY_ENDED,
        new Through(named.gateway(), ended == null ? null : ended.reason()));
  }

  private static @Nullable Ended ended(Register gateway, Naming named) {
    for (Ended ended : gateway.ended()) {
      if (ended.session() == named.session() && ended.start().equals(named.start())) {
        return ended;
      }
    }
    return null;
  }

  /**
   * When a device was there for the last time that is known, whose gateway's session ended so long
   * ago that the end is not kept: it was no later than the first end that is. This never moves, as
   * later sessions have no part in it.
   */
  private static long lastSignMicros(
      Naming named, @Nullable Register gateway, @Nullable Long lastEventMicros) {
    if (lastEventMicros == null) {
      return named.micros();
    }
    long latest = gateway == null ? Long.MAX_VALUE : latestMicros(gateway);
    return Math.min(lastEventMicros, latest);
  }

  private static long latestMicros(Register gateway) {
    if (!gateway.ended().isEmpty()) {
      return gateway.ended().getFirst().micros();
    }
    Entry.Presence last = gateway.last();
    return last == null ? Long.MAX_VALUE : last.arrivalMicros();
  }

  /** The session that named a device; null where it has ended. */
  static @Nullable OpenSession open(List<OpenSession> sessions, Naming named) {
    for (OpenSession session : sessions) {
      if (session.begin().session() == named.session() && session.start().equals(named.start())) {
        return session;
      }
    }
    return null;
  }

  /** By the sessions of its own in this register; null for none. */
  private Connected connected(@Nullable Register register) {
    Entry.Presence last = register == null ? null : register.last();
    if (register == null || last == null) {
      return NEVER;
    }
    Connected connected = new Connected(Connection.OFFLINE, last.arrivalMicros(), last.reason());
    for (OpenSession session : register.open()) {
      if (isLive(session.start())) {
        connected = open(connected, session);
      } else if (!connected.connection.isOpen()) {
        connected = lost(connected, session);
      }
    }
    return connected;
  }

  /** Whether sessions of this start that have not ended are open. */
  boolean isLive(StartId id) {
    Start start = starts.get(id);
    return start != null
        && !start.sealed()
        && nowMicros - start.beatMicros() < Reader.LIVE.toNanos() / 1000;
  }

  /** What sessions of a live start are: two heartbeats were missed, or its clock is not ours. */
  private Connection open(StartId id) {
    Start start = starts.get(id);
    long ageMicros = start == null ? Long.MAX_VALUE : nowMicros - start.beatMicros();
    long unclear = UNCLEAR.toNanos() / 1000;
    return ageMicros > unclear || -ageMicros > unclear ? Connection.UNKNOWN : Connection.ONLINE;
  }

  /** Since the first session that is open; unknown where all are. */
  private Connected open(Connected before, OpenSession session) {
    Entry.Presence begin = session.begin();
    Connection now = open(session.start());
    if (!before.connection.isOpen()) {
      return new Connected(now, begin.arrivalMicros(), begin.reason());
    }
    Connection both = before.connection == Connection.ONLINE ? Connection.ONLINE : now;
    Long since = before.sinceMicros;
    return since != null && since <= begin.arrivalMicros()
        ? new Connected(both, since, before.reason)
        : new Connected(both, begin.arrivalMicros(), begin.reason());
  }

  /**
   * Its node died without a word: offline since the node's last sign of life, unless a later
   * session ended after that.
   */
  private Connected lost(Connected before, OpenSession session) {
    long lost = lastSignMicros(session);
    return before.sinceMicros == null || lost >= before.sinceMicros
        ? new Connected(Connection.OFFLINE, lost, NODE_LOST)
        : before;
  }

  /** Until when it is known that a session's node was there. */
  long lastSignMicros(OpenSession session) {
    Start start = starts.get(session.start());
    long sign = start != null ? start.beatMicros() : lastArrivals.getOrDefault(session.start(), 0L);
    return Math.max(sign, session.begin().arrivalMicros());
  }
}
