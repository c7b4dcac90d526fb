package qiantang.ingest.mqtt;

import static java.util.stream.Collectors.groupingBy;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import qiantang.ingest.auth.Logins;
import qiantang.store.journal.LimitedLog;
import qiantang.store.journal.Timers;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;
import qiantang.store.model.SessionEnd;
import qiantang.store.registry.AccessChange;
import qiantang.store.registry.CredentialKey;
import qiantang.store.registry.Registry;

/**
 * Ends living sessions whose access was taken away. Each second it reads which access has changed,
 * makes logins forget what they remember of it, and asks what holds now for the few devices that
 * have sessions here: one small read a second for any number of sessions. While the store is away
 * nothing changes; afterwards it reads on where it was. One poll at a time; any thread.
 */
public final class AccessWatch implements AutoCloseable {
  /** Within 5 s a session ends: this, two reads, and what is under way on its event loop. */
  static final Duration PERIOD = Duration.ofSeconds(1);

  /**
   * How far behind the last poll a change may yet appear: its time is the database's before it was
   * written, a write takes 5 s at most, and clocks differ by less than 5 s among the database's
   * nodes and to ours, or we take no sessions.
   */
  static final Duration OVERLAP = Duration.ofSeconds(20);

  /** What is read in one go after an outage. */
  static final Duration STRETCH = Duration.ofMinutes(10);

  /** Changes are kept longer; who has not heard of them for so long knows nothing any more. */
  static final Duration SILENCE_MAX = AccessChange.KEPT.minusHours(4);

  // Changes that are looked into at a time; the store has other things to do.
  private static final int AT_ONCE = 64;

  private static final Logger logger = LoggerFactory.getLogger(AccessWatch.class);

  private final Registry registry;
  private final Node node;
  private final Timers timers;
  private final Executor executor;
  private final LimitedLog trouble;

  // Touched by one poll at a time. What was handled, by id, as long as it can be read again.
  private final Map<Long, Instant> handled = new HashMap<>();
  private volatile Instant readUntil;
  private volatile boolean closed;

  /**
   * A watch over the sessions of a node, from now on.
   *
   * @param executor looks through sessions, so that no thread of the store does
   */
  public AccessWatch(Registry registry, Node node, Timers timers, Executor executor) {
    this.registry = registry;
    this.node = node;
    this.timers = timers;
    this.executor = executor;
    trouble = new LimitedLog(logger, node.ticker());
    readUntil = node.clock().instant();
  }

  /** Polls now, and again a second after each answer. */
  public void poll() {
    if (closed) {
      return;
    }
    long begunNanos = node.ticker().nanos();
    Instant now = node.clock().instant();
    if (Duration.between(readUntil, now).compareTo(SILENCE_MAX) > 0) {
      forgetAll(now);
    }
    Instant until = min(now, readUntil.plus(STRETCH));
    var _ =
        done()
            .thenCompose(nothing -> handle(readUntil.minus(OVERLAP), until))
            .whenComplete(
                (nothing, error) -> {
                  boolean isBehind = until.isBefore(now);
                  if (error == null) {
                    handledUntil(until);
                    if (!isBehind) {
                      node.logins().heardAll(begunNanos);
                    }
                  } else {
                    trouble.warn("cannot look after changed access, trying again", error);
                  }
                  timers.after(error == null && isBehind ? Duration.ZERO : PERIOD, this::poll);
                });
  }

  /** How old the changes are that it may not have heard of; a second or so in health. */
  public Duration lag() {
    return Duration.between(readUntil, node.clock().instant());
  }

  @Override
  public void close() {
    closed = true;
  }

  private CompletionStage<Void> handle(Instant from, Instant until) {
    // Whose clock is ahead of ours writes into minutes to come.
    return registry
        .changes(from, until.plus(OVERLAP))
        .thenComposeAsync(
            read -> {
              List<AccessChange> fresh =
                  read.stream().filter(change -> !handled.containsKey(change.id())).toList();
              return fresh.isEmpty() ? done() : handle(fresh);
            },
            executor);
  }

  private CompletionStage<Void> handle(List<AccessChange> fresh) {
    node.logins().forget(fresh); // first: who logs in from here on is let in by what holds now
    List<CompletionStage<Void>> enterprises = new ArrayList<>();
    fresh.stream()
        .collect(groupingBy(AccessChange::enterprise))
        .forEach((enterprise, own) -> enterprises.add(handle(enterprise, own)));
    return all(enterprises)
        .thenAccept(nothing -> fresh.forEach(change -> handled.put(change.id(), change.at())));
  }

  private CompletionStage<Void> handle(EnterpriseId enterprise, List<AccessChange> changes) {
    Set<DeviceId> devices =
        changes.stream()
            .map(AccessChange::device)
            .filter(Objects::nonNull)
            .collect(Collectors.toSet());
    Map<DeviceId, List<Active>> sessions =
        node.sessions(enterprise, devices).stream()
            .collect(groupingBy(session -> session.identity().device()));
    boolean concernsRules = changes.stream().anyMatch(change -> change.credential() == null);
    return lookInto(changes, 0, sessions)
        .thenCompose(nothing -> concernsRules ? readRulesAgain(enterprise) : done())
        .thenCompose(nothing -> tellGateways(enterprise, changes));
  }

  /**
   * Gateways that go on speaking for a deleted device speak for another one, which is born. Behind
   * the rules: what is refused from now on is not.
   */
  private CompletionStage<Void> tellGateways(EnterpriseId enterprise, List<AccessChange> changes) {
    List<Active> gateways =
        node.sessions(enterprise).stream().filter(one -> one.identity().isGateway()).toList();
    List<DeviceId> devices =
        changes.stream()
            .filter(change -> change.credential() == null)
            .map(AccessChange::device)
            .filter(Objects::nonNull)
            .distinct()
            .toList();
    return gateways.isEmpty() ? done() : tellDeleted(enterprise, devices, 0, gateways);
  }

  private CompletionStage<Void> tellDeleted(
      EnterpriseId enterprise, List<DeviceId> devices, int from, List<Active> gateways) {
    if (from >= devices.size()) {
      return done();
    }
    int to = Math.min(devices.size(), from + AT_ONCE);
    Set<DeviceId> gone = ConcurrentHashMap.newKeySet();
    return all(devices.subList(from, to).stream()
            .map(
                device ->
                    node.logins()
                        .isCreated(enterprise, device)
                        .thenAccept(
                            isThere -> {
                              if (!isThere) {
                                gone.add(device);
                              }
                            }))
            .toList())
        .thenComposeAsync(
            nothing -> {
              if (!gone.isEmpty()) {
                gateways.forEach(gateway -> gateway.deletedLater(gone));
              }
              return tellDeleted(enterprise, devices, to, gateways);
            },
            executor);
  }

  /** Who is slowed by a quota that has risen since does not wait for the time it was told. */
  private CompletionStage<Void> readRulesAgain(EnterpriseId enterprise) {
    return node.logins()
        .readRulesAgain(enterprise)
        .thenAcceptAsync(
            hasRisen -> {
              if (hasRisen) {
                node.sessions(enterprise).forEach(Active::readOnLater);
              }
            },
            executor);
  }

  private CompletionStage<Void> lookInto(
      List<AccessChange> changes, int from, Map<DeviceId, List<Active>> sessions) {
    if (from >= changes.size()) {
      return done();
    }
    int to = Math.min(changes.size(), from + AT_ONCE);
    List<CompletionStage<Void>> some = new ArrayList<>();
    for (AccessChange change : changes.subList(from, to)) {
      DeviceId device = change.device();
      List<Active> concerned =
          device == null ? List.of() : sessions.getOrDefault(device, List.of());
      if (device != null && !concerned.isEmpty()) {
        some.add(lookInto(change, device, concerned));
      }
    }
    return all(some).thenCompose(nothing -> lookInto(changes, to, sessions));
  }

  private CompletionStage<Void> lookInto(
      AccessChange change, DeviceId device, List<Active> sessions) {
    CredentialKey credential = change.key();
    if (credential == null) {
      return node.logins()
          .isDisabled(change.enterprise(), device)
          .thenAccept(
              isDisabled ->
                  end(isDisabled, sessions, Logins.disabled(device), SessionEnd.DEVICE_DISABLED));
    }
    List<Active> opened =
        sessions.stream()
            .filter(session -> session.identity().credentialTag() == credential.tag())
            .toList();
    return opened.isEmpty()
        ? done()
        : node.logins()
            .isRevoked(credential)
            .thenAccept(
                isRevoked ->
                    end(isRevoked, opened, revoked(device), SessionEnd.CREDENTIAL_REVOKED));
  }

  private static String revoked(DeviceId device) {
    return "the credential of " + device + " by which it logged in was revoked: use another one";
  }

  private static void end(boolean isLost, List<Active> sessions, String detail, SessionEnd why) {
    if (isLost) {
      sessions.forEach(session -> session.revokeLater(detail, why));
    }
  }

  /** After so long an outage words are lost: everybody logs in again, by what holds now. */
  private void forgetAll(Instant now) {
    logger.warn(
        "the store was away for longer than changes of access are kept: all sessions end, and may"
            + " begin again");
    readUntil = now;
    handled.clear();
    node.logins().missed();
    node.sessions()
        .forEach(
            session ->
                session.revokeLater(
                    "nobody knows whether access was taken away during an outage of "
                        + SILENCE_MAX.toHours()
                        + " hours: log in again",
                    SessionEnd.ACCESS_UNKNOWN));
  }

  private void handledUntil(Instant until) {
    readUntil = until;
    Instant oldest = until.minus(OVERLAP.multipliedBy(2));
    handled.values().removeIf(at -> at.isBefore(oldest));
  }

  private static Instant min(Instant a, Instant b) {
    return a.isBefore(b) ? a : b;
  }

  private static CompletionStage<Void> done() {
    return CompletableFuture.runAsync(() -> {}, Runnable::run);
  }

  private static CompletionStage<Void> all(List<CompletionStage<Void>> stages) {
    return CompletableFuture.allOf(
        stages.stream()
            .map(CompletionStage::toCompletableFuture)
            .toArray(CompletableFuture[]::new));
  }
}
