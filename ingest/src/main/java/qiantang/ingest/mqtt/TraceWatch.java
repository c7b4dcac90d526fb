package qiantang.ingest.mqtt;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import qiantang.ingest.trace.TraceSinks;
import qiantang.store.journal.Timers;
import qiantang.store.model.EnterpriseId;
import qiantang.store.trace.Trace;
import qiantang.store.trace.TraceTables;

/**
 * Follows the live traces that people begin and end: one small read a second for any number of
 * sessions, and those of an enterprise whose traces have changed are told. What they tell is
 * written four times a second. While the store is away traces go on until they are over. Any
 * thread.
 */
public final class TraceWatch implements AutoCloseable {
  /** Within 3 s living sessions are followed: this, a read, and their event loops. */
  static final Duration PERIOD = Duration.ofSeconds(1);

  /** Soon enough for who watches, and few enough writes: each is one batch of a trace. */
  static final Duration FLUSH = Duration.ofMillis(250);

  private static final Logger logger = LoggerFactory.getLogger(TraceWatch.class);

  private final TraceTables tables;
  private final Node node;
  private final Timers timers;
  private final Executor executor;
  private volatile boolean closed;

  // Touched by one poll at a time.
  private boolean isFailing;

  /**
   * A watch over the sessions of a node.
   *
   * @param executor has one thread
   */
  public TraceWatch(TraceTables tables, Node node, Timers timers, Executor executor) {
    this.tables = tables;
    this.node = node;
    this.timers = timers;
    this.executor = executor;
  }

  /** Polls and writes from now on. */
  public void begin() {
    poll();
    flush();
  }

  @Override
  public void close() {
    closed = true;
    node.traces().flush(tables, node.ticker().nanos(), node.nowMicros());
  }

  private void poll() {
    if (closed) {
      return;
    }
    Instant now = node.clock().instant();
    var _ =
        tables
            .living(now, TraceSinks.ALIVE_MAX)
            .whenCompleteAsync(
                (traces, error) -> {
                  polled(traces, error);
                  timers.after(PERIOD, this::poll);
                },
                executor);
  }

  private void polled(@Nullable List<Trace> traces, @Nullable Throwable error) {
    if (error != null && !isFailing) {
      logger.warn("cannot look for live traces, trying again: {}", error.toString());
    }
    isFailing = error != null;
    List<Trace> known = traces == null ? node.traces().all() : traces; // those go on
    for (EnterpriseId enterprise :
        node.traces().update(known, node.clock().instant(), node.ticker().nanos())) {
      node.sessions(enterprise).forEach(session -> session.records().traceLater());
    }
  }

  private void flush() {
    if (closed) {
      return;
    }
    if (node.traces().areAny()) {
      executor.execute(() -> node.traces().flush(tables, node.ticker().nanos(), node.nowMicros()));
    }
    timers.after(FLUSH, this::flush);
  }
}
