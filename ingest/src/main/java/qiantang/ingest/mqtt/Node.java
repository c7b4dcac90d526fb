package qiantang.ingest.mqtt;

import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;
import qiantang.ingest.auth.Logins;
import qiantang.ingest.meter.IngestMeter;
import qiantang.ingest.net.ReasonCode;
import qiantang.ingest.net.tls.Revoked;
import qiantang.ingest.payload.Arrivals;
import qiantang.ingest.payload.Retained;
import qiantang.ingest.trace.TraceSinks;
import qiantang.store.journal.Journal;
import qiantang.store.journal.LimitedLog;
import qiantang.store.journal.Ticker;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;

/** What all sessions of a node share. Any thread. */
public final class Node {
  private final InstantSource clock;
  private final Ticker ticker;
  private final Logins logins;
  private final Budgets budgets;
  private final Discovery discovery;
  private final IngestMeter meter;
  private final RebirthPace rebirths;
  private final TraceSinks traces = new TraceSinks(() -> ThreadLocalRandom.current().nextInt());
  private final SessionIndex sessions = new SessionIndex();
  private final Arrivals arrivals = new Arrivals();
  private final AtomicLong sessionNumbers = new AtomicLong();
  private volatile @Nullable Journal journal;
  private volatile Retained.Source retained = Retained.NONE;
  private final LimitedLog bugs;
  private volatile Terms terms = Terms.BY_DEFAULT;
  private volatile Revoked revoked = Revoked.NONE;
  private volatile boolean isEnding;

  /** A node that takes no session before {@link #write} names a journal. */
  public Node(
      InstantSource clock,
      Ticker ticker,
      Logins logins,
      Budgets budgets,
      Discovery discovery,
      IngestMeter meter) {
    this.clock = clock;
    this.ticker = ticker;
    this.logins = logins;
    this.budgets = budgets;
    this.discovery = discovery;
    this.meter = meter;
    rebirths = new RebirthPace(ticker.nanos());
    bugs = new LimitedLog(LoggerFactory.getLogger(MqttSession.class), ticker);
  }

  /** Where new sessions write from now on; null for nowhere, so that none begins. */
  public void write(@Nullable Journal open) {
    journal = open;
  }

  @Nullable Journal journal() {
    return journal;
  }

  /** What clients are given when they subscribe, from now on. */
  public void retain(Retained.Source source) {
    retained = source;
  }

  Retained.Source retained() {
    return retained;
  }

  /** What clients are told from now on. */
  public void tell(Terms other) {
    terms = other;
  }

  Terms terms() {
    return terms;
  }

  /** Whose certificates are revoked from now on; living sessions are to be looked at after this. */
  public void revoke(Revoked certificates) {
    revoked = certificates;
  }

  Revoked revoked() {
    return revoked;
  }

  /** No session begins any more: the node ends. */
  public void end() {
    isEnding = true;
  }

  /** Whether it does. */
  public boolean isEnding() {
    return isEnding;
  }

  /** What a client is told that comes while the node ends, or is asked to go because it does. */
  ReasonCode goodbyeCode() {
    return terms.serverReference() == null
        ? ReasonCode.SERVER_SHUTTING_DOWN
        : ReasonCode.USE_ANOTHER_SERVER;
  }

  long nowMicros() {
    var now = clock.instant();
    return now.getEpochSecond() * 1_000_000L + now.getNano() / 1000;
  }

  InstantSource clock() {
    return clock;
  }

  Ticker ticker() {
    return ticker;
  }

  Logins logins() {
    return logins;
  }

  Budgets budgets() {
    return budgets;
  }

  Discovery discovery() {
    return discovery;
  }

  RebirthPace rebirths() {
    return rebirths;
  }

  TraceSinks traces() {
    return traces;
  }

  /** Where bugs are told that end one session: whoever finds one can make it happen at will. */
  LimitedLog bugs() {
    return bugs;
  }

  IngestMeter meter() {
    return meter;
  }

  /** Times of readings that come without one. */
  Arrivals arrivals() {
    return arrivals;
  }

  /** The next session's number within this start. */
  long nextSession() {
    return sessionNumbers.incrementAndGet();
  }

  /** Enters a session; returns the one it takes over, if any. [MQTT-3.1.4-3] */
  @Nullable Active enter(EnterpriseId enterprise, String clientId, Active session) {
    return sessions.enter(enterprise, clientId, session);
  }

  /** Takes a session out, unless another has taken it over. */
  void leave(EnterpriseId enterprise, String clientId, Active session) {
    sessions.leave(enterprise, clientId, session);
  }

  /** The open sessions of these devices. */
  List<Active> sessions(EnterpriseId enterprise, Set<DeviceId> devices) {
    return sessions.of(enterprise, devices);
  }

  /** The open sessions of an enterprise. */
  List<Active> sessions(EnterpriseId enterprise) {
    return sessions.of(enterprise);
  }

  /** All open sessions. */
  List<Active> sessions() {
    return sessions.all();
  }
}
