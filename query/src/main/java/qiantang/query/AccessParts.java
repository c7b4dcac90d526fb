package qiantang.query;

import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import qiantang.query.access.AccessWatch;
import qiantang.query.access.GrantBook;
import qiantang.query.audit.Audit;
import qiantang.query.audit.ReadAudit;
import qiantang.query.auth.Authenticator;
import qiantang.query.auth.Enterprises;
import qiantang.query.auth.Leaves;
import qiantang.query.change.AccessChanges;
import qiantang.query.change.CreateToken;
import qiantang.query.change.Credentials;
import qiantang.query.change.Grants;
import qiantang.query.change.Logins;
import qiantang.query.change.RevokeToken;
import qiantang.query.http.AuditEndpoints;
import qiantang.query.http.AuditTrail;
import qiantang.query.http.GrantEndpoints;
import qiantang.query.http.ResolveEndpoints;
import qiantang.query.http.SessionEndpoints;
import qiantang.query.http.TokenEndpoints;
import qiantang.query.limit.Attempts;
import qiantang.query.limit.Limits;
import qiantang.query.read.Devices;
import qiantang.query.read.ListTokens;
import qiantang.query.read.Places;
import qiantang.query.read.Resolve;
import qiantang.query.read.UnknownParts;
import qiantang.query.waiting.StoreWait;
import qiantang.store.registry.Registry;

/** What decides who may do what, and writes it down; one of a program. */
record AccessParts(
    Registry registry,
    StoreWait store,
    InstantSource clock,
    AccessWatch watch,
    Authenticator authenticator,
    Leaves leaves,
    Enterprises enterprises,
    Audit audit,
    AuditTrail trail) {
  private static final Logger logger = LoggerFactory.getLogger(AccessParts.class);

  static AccessParts of(Registry registry, StoreWait store, InstantSource clock) {
    AccessWatch watch = new AccessWatch(registry, store, clock, System::nanoTime);
    Authenticator authenticator = new Authenticator(registry, store, watch, clock);
    GrantBook book = new GrantBook(registry, store, watch, clock);
    SecureRandom random = new SecureRandom();
    Audit audit =
        new Audit(
            registry.audit(),
            store,
            clock,
            System::nanoTime,
            () -> "%016x".formatted(random.nextLong()));
    return new AccessParts(
        registry,
        store,
        clock,
        watch,
        authenticator,
        new Leaves(authenticator, book, clock),
        new Enterprises(registry, store),
        audit,
        new AuditTrail(audit));
  }

  TokenEndpoints tokens(Credentials credentials, AccessChanges changes) {
    return new TokenEndpoints(
        new ListTokens(registry, store),
        new CreateToken(registry, store, credentials),
        new RevokeToken(registry, changes, store),
        clock);
  }

  GrantEndpoints grants(UnknownParts parts, Credentials credentials, AccessChanges changes) {
    return new GrantEndpoints(
        new Grants(registry, parts, credentials, changes, store, clock),
        readAudit(),
        new Attempts(Limits.USUAL, System::nanoTime),
        clock);
  }

  SessionEndpoints sessions(Credentials credentials, AccessChanges changes) {
    return new SessionEndpoints(new Logins(registry, credentials, changes, store, clock), trail);
  }

  AuditEndpoints lines() {
    return new AuditEndpoints(readAudit(), enterprises, clock);
  }

  ResolveEndpoints resolve(Devices devices) {
    return new ResolveEndpoints(
        new Resolve(registry, leaves, new Places(registry, store), devices, store), trail);
  }

  private ReadAudit readAudit() {
    return new ReadAudit(registry.audit(), store);
  }

  /** Hears of changes and writes counts from now on, on a thread that the caller ends. */
  ScheduledExecutorService start() {
    ScheduledExecutorService thread =
        Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("query-access").daemon().factory());
    every(thread, AccessWatch.PERIOD.toMillis(), watch::poll);
    every(thread, Audit.SWEEP.toMillis(), audit::sweep);
    return thread;
  }

  /** A task that throws would never run again. */
  private static void every(ScheduledExecutorService thread, long millis, Runnable task) {
    var _ =
        thread.scheduleWithFixedDelay(
            () -> {
              try {
                task.run();
              } catch (RuntimeException e) {
                logger.error("BUG: looking after access failed, going on", e);
              }
            },
            0,
            millis,
            TimeUnit.MILLISECONDS);
  }
}
