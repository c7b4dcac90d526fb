package qiantang.query.audit;

import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import qiantang.store.access.Act;
import qiantang.store.access.AuditLine;
import qiantang.store.access.AuditTables;
import qiantang.store.model.EnterpriseId;

/**
 * Writes lines of the audit, one chain for each subject. Of one subject one write is under way at a
 * time, so that a node that dies leaves no hole; meanwhile lines collect, and go together. Any
 * thread.
 */
public final class AuditLog {
  /** Lines that wait to be written, 1 to 4 KB each; more are refused, and so is what they tell. */
  static final int WAITING_MAX = 10_000;

  /** Chains that go on. Who was idle longest begins another one: a line more to check, no loss. */
  static final int CHAINS_MAX = 10_000;

  // A batch of one partition, which is one mutation: Cassandra takes up to 16 MiB.
  private static final int AT_ONCE = 50;

  // A write that times out is repeated under its key; a request waits 5 s at most.
  private static final int TRIES = 2;

  private static final Logger logger = LoggerFactory.getLogger(AuditLog.class);

  private final AuditTables tables;
  private final InstantSource clock;
  private final Supplier<String> chainNames;
  private final ReentrantLock lock = new ReentrantLock();

  // Guarded by lock, the one that was used longest ago first.
  private final Map<EnterpriseId, Chain> chains = new LinkedHashMap<>(16, 0.75f, true);
  private int waiting;

  private record Pending(Act act, CompletableFuture<@Nullable Void> done) {}

  private static final class Chain {
    final Deque<Pending> waiting = new ArrayDeque<>();
    boolean isWriting;
    @Nullable AuditLine last;
  }

  private record Batch(EnterpriseId subject, List<AuditLine> lines, List<Pending> pending) {}

  /** A log into these tables; names of chains are 16 hexadecimal digits that no other has. */
  public AuditLog(AuditTables tables, InstantSource clock, Supplier<String> chainNames) {
    this.tables = tables;
    this.clock = clock;
    this.chainNames = chainNames;
  }

  /** Writes a line; the stage ends when it is stored, or fails where it may not be. */
  public CompletionStage<@Nullable Void> write(Act act) {
    CompletableFuture<@Nullable Void> done = new CompletableFuture<>();
    Batch batch = null;
    lock.lock();
    try {
      if (waiting >= WAITING_MAX) {
        return CompletableFuture.failedFuture(
            new RejectedExecutionException("too many lines of the audit wait to be written"));
      }
      waiting++;
      Chain chain = chains.computeIfAbsent(act.subject(), subject -> new Chain());
      chain.waiting.add(new Pending(act, done));
      if (!chain.isWriting) {
        batch = next(act.subject(), chain);
      }
      forgetIdle();
    } finally {
      lock.unlock();
    }
    if (batch != null) {
      store(batch, TRIES);
    }
    return done;
  }

  /** Holding the lock. The next lines of a chain that is not being written: of one day. */
  private Batch next(EnterpriseId subject, Chain chain) {
    long nowMicros = ChronoUnit.MICROS.between(Instant.EPOCH, clock.instant());
    List<AuditLine> lines = new ArrayList<>();
    List<Pending> pending = new ArrayList<>();
    AuditLine last = chain.last;
    while (!chain.waiting.isEmpty() && lines.size() < AT_ONCE) {
      Pending one = chain.waiting.remove();
      last =
          last == null
              ? AuditLine.first(chainNames.get(), nowMicros, one.act)
              : last.next(nowMicros, one.act);
      lines.add(last);
      pending.add(one);
    }
    chain.isWriting = true;
    return new Batch(subject, lines, pending);
  }

  private void store(Batch batch, int tries) {
    CompletionStage<Void> written;
    try {
      written = tables.append(batch.lines);
    } catch (RuntimeException e) {
      written = CompletableFuture.failedFuture(e);
    }
    written.whenComplete(
        (nothing, error) -> {
          if (error != null && tries > 1) {
            store(batch, tries - 1);
          } else {
            ended(batch, error);
          }
        });
  }

  private void ended(Batch batch, @Nullable Throwable error) {
    Batch following = null;
    lock.lock();
    try {
      waiting -= batch.pending.size();
      Chain chain = chains.computeIfAbsent(batch.subject, subject -> new Chain());
      // What may or may not be stored cannot be gone on from: the next line begins a chain.
      chain.last = error == null ? batch.lines.getLast() : null;
      chain.isWriting = false;
      if (!chain.waiting.isEmpty()) {
        following = next(batch.subject, chain);
      }
    } finally {
      lock.unlock();
    }
    for (Pending one : batch.pending) {
      if (error == null) {
        one.done.complete(null);
      } else {
        one.done.completeExceptionally(error);
      }
    }
    if (error != null) {
      logger.warn("cannot write {} lines of the audit: {}", batch.lines.size(), error.toString());
    }
    if (following != null) {
      store(following, TRIES);
    }
  }

  /** Holding the lock. */
  private void forgetIdle() {
    Iterator<Chain> oldest = chains.values().iterator();
    while (chains.size() > CHAINS_MAX && oldest.hasNext()) {
      if (!oldest.next().isWriting) {
        oldest.remove();
      }
    }
  }
}
