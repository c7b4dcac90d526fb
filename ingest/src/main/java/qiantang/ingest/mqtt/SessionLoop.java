package qiantang.ingest.mqtt;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import qiantang.store.codec.EntryCodec;
import qiantang.store.journal.Append;
import qiantang.store.journal.ByteBudget;
import qiantang.store.journal.Journal;
import qiantang.store.journal.Timers;
import qiantang.store.model.Counts;
import qiantang.store.model.EnterpriseId;
import qiantang.store.model.Entry;
import qiantang.store.model.SessionEnd;

/** What the sessions of one event loop share, touched by that loop alone. */
public final class SessionLoop {
  /** How often {@link #drainOn} is due. */
  public static final Duration DRAIN_TURN = Drain.TURN;

  /** How often {@link #tick} is due. */
  public static final Duration TICK = Duration.ofNanos(TimerWheel.TICK_NANOS);

  private final Node node;
  private final Executor executor;
  private final Timers timers;
  private final TimerWheel wheel;
  private final Standstill standstill;
  private final Set<MqttSession> sessions = new HashSet<>();
  private final Set<RejectionLog> rejections = new LinkedHashSet<>();
  private final Set<HostedNodes> births = new LinkedHashSet<>();
  private final LoginRejections loginRejections;
  private final LostConnections lost;
  private List<MqttSession> unflushed = new ArrayList<>();
  private @Nullable Drain drain;

  /**
   * For one event loop.
   *
   * @param executor runs tasks on it
   * @param timers likewise, later
   */
  public SessionLoop(Node node, Executor executor, Timers timers) {
    this.node = node;
    this.executor = executor;
    this.timers = timers;
    wheel = new TimerWheel(node.ticker().nanos());
    standstill = new Standstill(node.ticker().nanos());
    lost = new LostConnections(node.ticker(), timers);
    ByteBudget logins = node.budgets().logins();
    loginRejections =
        new LoginRejections(
            (owner, entry, counts, bytes, receipt) ->
                appendForLogin(logins, owner, entry, counts, bytes, receipt),
            logins);
  }

  /** Keep-alive and gathered rejections. On the loop, every {@link #TICK}. */
  public void tick() {
    long now = nanos();
    standstill.tick(now);
    wheel.advance(now);
    loginRejections.tick(now);
    rejections.removeIf(
        log -> {
          log.tick(now);
          return log.isEmpty();
        });
    births.removeIf(HostedNodes::tick);
  }

  /**
   * The node ends: within {@code spread} each session has its turn, is not read any more, and ends
   * when it is answered. On the loop.
   */
  public void drain(Duration spread) {
    loginRejections.close(); // before the journal is
    drain = new Drain(sessions, spread, nanos());
    drainOn();
  }

  /** The next sessions have their turn to end. On the loop, every {@link #DRAIN_TURN}. */
  public void drainOn() {
    if (drain != null) {
      drain.turn(nanos());
    }
  }

  /** The client's certificates are looked at again, because others are revoked now. On the loop. */
  public void checkCertificates() {
    List.copyOf(sessions).forEach(MqttSession::checkCertificate);
  }

  /** All sessions end. On the loop. */
  public void shutDown() {
    shutDown(SessionEnd.SHUTDOWN);
  }

  /** All sessions end, because another node has declared this start ended. On the loop. */
  public void sealed() {
    shutDown(SessionEnd.SEALED);
  }

  private void shutDown(SessionEnd why) {
    List.copyOf(sessions).forEach(session -> session.end(null, why));
  }

  /** Sessions of this loop that are not over. On the loop. */
  public long openSessions() {
    return sessions.stream().filter(session -> !session.isEnded()).count();
  }

  /** The same, and those whose last word is on its way. On the loop. */
  public long openConnections() {
    return sessions.size();
  }

  Node node() {
    return node;
  }

  /** Runs a task on the loop after a delay that is too short for the wheel. */
  void after(Duration delay, Runnable task) {
    timers.after(delay, task);
  }

  Executor executor() {
    return executor;
  }

  long nanos() {
    return node.ticker().nanos();
  }

  /** No client is ended for its silence before; it may have passed. */
  long patientUntilNanos() {
    return standstill.patientUntilNanos();
  }

  /** A connection broke. */
  void lost(MqttSession session) {
    lost.add(session);
  }

  void opened(MqttSession session) {
    sessions.add(session);
    if (drain != null) {
      drain.add(session);
    }
    node.meter().connected();
  }

  void closed(MqttSession session) {
    if (sessions.remove(session)) {
      node.meter().disconnected();
    }
  }

  void schedule(TimerWheel.Timer timer, long deadlineNanos) {
    wheel.schedule(timer, deadlineNanos);
  }

  void cancel(TimerWheel.Timer timer) {
    wheel.cancel(timer);
  }

  /** The log has open kinds: it is to be ticked. */
  void follow(RejectionLog log) {
    rejections.add(log);
  }

  void forget(RejectionLog log) {
    rejections.remove(log);
  }

  /** Births of edge nodes are to be asked for: it is to be ticked. */
  void follow(HostedNodes nodes) {
    births.add(nodes);
  }

  void forget(HostedNodes nodes) {
    births.remove(nodes);
  }

  /**
   * A refused login is its owner's rejection, to be read back like any other.
   *
   * @param client all that tells this client from others
   */
  void refuseLogin(EnterpriseId owner, String client, Entry.Rejection rejection) {
    loginRejections.add(owner, client, rejection, nanos());
  }

  /**
   * The session has something to send. A frame's acknowledgements come as one task: the flush runs
   * behind it, so that all PUBACKs of a session go in one buffer and one system call.
   */
  void flushLater(MqttSession session) {
    if (unflushed.isEmpty()) {
      executor.execute(this::flushAll);
    }
    unflushed.add(session);
  }

  private void flushAll() {
    List<MqttSession> now = unflushed;
    unflushed = new ArrayList<>(now.size());
    now.forEach(MqttSession::flush);
  }

  private void appendForLogin(
      ByteBudget budget,
      EnterpriseId owner,
      Entry entry,
      Counts counts,
      long bytes,
      Append.Receipt receipt) {
    @Nullable Journal journal = node.journal();
    if (journal == null) {
      budget.give(bytes);
      return;
    }
    journal
        .lane(owner)
        .append(
            new Append(owner, EntryCodec.encode(entry), counts, budget, bytes, executor, receipt));
  }
}
