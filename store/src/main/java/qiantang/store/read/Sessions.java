package qiantang.store.read;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import qiantang.store.journal.JournalTables.Start;
import qiantang.store.model.DeviceId;
import qiantang.store.model.Entry;
import qiantang.store.model.Register;
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
   * @param isUnclear whether it is online by nodes alone whose heartbeats are late
   */
  record Connected(
      Connection connection,
      @Nullable Long sinceMicros,
      @Nullable String reason,
      boolean isUnclear) {
    Connected(Connection connection, @Nullable Long sinceMicros, @Nullable String reason) {
      this(connection, sinceMicros, reason, false);
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
   */
  Connected connected(@Nullable Register register, Map<DeviceId, Register> others) {
    if (register == null || register.birth() == null || !register.isSpokenFor()) {
      return connected(register);
    }
    if (register.gone() != null) {
      return new Connected(Connection.OFFLINE, register.gone().micros(), register.gone().reason());
    }
    if (register.named().isEmpty()) { // births of programs before 2026-12: as its gateway
      return connected(others.get(register.birth().gateway()));
    }
    Connected connected = NEVER;
    for (Naming named : register.named()) { // the last one tells, unless an earlier one is online
      if (connected.connection != Connection.ONLINE) {
        connected = connected(named, others.get(named.gateway()));
      }
    }
    return connected;
  }

  /** A device by the gateway's session that named it. */
  private Connected connected(Naming named, @Nullable Register gateway) {
    OpenSession session = gateway == null ? null : open(gateway.open(), named);
    if (session != null && isLive(session.start())) {
      return new Connected(
          Connection.ONLINE, named.micros(), "connect", isUnclear(session.start()));
    }
    if (session != null) {
      long lost = Math.max(named.micros(), lastSignMicros(session));
      return new Connected(Connection.OFFLINE, lost, NODE_LOST);
    }
    // Of an earlier session the register does not tell the end: it was before the next begin.
    Entry.Presence last = gateway == null ? null : gateway.last();
    long since = last == null ? named.micros() : Math.max(named.micros(), last.arrivalMicros());
    return new Connected(Connection.OFFLINE, since, GATEWAY_ENDED);
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
        connected = online(connected, session.begin(), isUnclear(session.start()));
      } else if (connected.connection != Connection.ONLINE) {
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

  /** Whether a live start's heartbeat is late: two were missed, or its clock is not ours. */
  private boolean isUnclear(StartId id) {
    Start start = starts.get(id);
    long ageMicros = start == null ? Long.MAX_VALUE : nowMicros - start.beatMicros();
    return ageMicros > UNCLEAR.toNanos() / 1000 || -ageMicros > UNCLEAR.toNanos() / 1000;
  }

  /** Since the first session that is open; unclear where all are. */
  private static Connected online(Connected before, Entry.Presence begin, boolean isUnclear) {
    Long since = before.sinceMicros;
    boolean wasOnline = before.connection == Connection.ONLINE;
    boolean isAllUnclear = isUnclear && (!wasOnline || before.isUnclear);
    return wasOnline && since != null && since <= begin.arrivalMicros()
        ? new Connected(Connection.ONLINE, since, before.reason, isAllUnclear)
        : new Connected(Connection.ONLINE, begin.arrivalMicros(), begin.reason(), isAllUnclear);
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
