package qiantang.query.change;

import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import qiantang.query.auth.Leave;
import qiantang.query.waiting.StoreWait;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;
import qiantang.store.trace.Trace;
import qiantang.store.trace.TraceTables;

/**
 * Begins, lists and ends live traces: ingest nodes hear of it within 3 s. Blocks: virtual threads
 * only.
 */
public final class Traces {
  private final TraceTables tables;
  private final Supplier<CompletionStage<Instant>> databaseTime;
  private final StoreWait store;
  private final LongSupplier random;

  /** Of what: a device or a topic filter, one of them; and for how long. */
  public record Wanted(@Nullable DeviceId device, @Nullable String topic, Duration duration) {}

  /** What came of it. */
  public sealed interface Result {
    /** It has begun. */
    record Begun(Trace trace) implements Result {}

    /** As many as may be are alive. */
    record TooMany(int max) implements Result {}
  }

  /**
   * Traces in these tables.
   *
   * @param databaseTime ingest nodes go by it, ours may be wrong
   * @param random makes ids that no other has
   */
  public Traces(
      TraceTables tables,
      Supplier<CompletionStage<Instant>> databaseTime,
      StoreWait store,
      LongSupplier random) {
    this.tables = tables;
    this.databaseTime = databaseTime;
    this.store = store;
    this.random = random;
  }

  /**
   * Begins a trace. The device need not exist: it may connect later. Of two requests at one moment
   * both may be let; nodes follow the first so many.
   */
  public Result begin(Leave leave, Wanted wanted) {
    EnterpriseId enterprise = leave.enterpriseToChange();
    Instant now = store.await(databaseTime.get());
    long alive =
        store.await(tables.traces(enterprise)).stream().filter(one -> one.isAlive(now)).count();
    if (alive >= Trace.ALIVE_MAX) {
      return new Result.TooMany(Trace.ALIVE_MAX);
    }
    Trace trace =
        new Trace(
            enterprise,
            "%016x".formatted(random.getAsLong()),
            wanted.device(),
            wanted.topic(),
            now,
            now.plus(wanted.duration()),
            false);
    store.await(tables.write(trace));
    return new Result.Begun(trace);
  }

  /** The traces of which something can be read, the newest first. */
  public List<Trace> list(Leave leave) {
    Instant now = store.await(databaseTime.get());
    return store.await(tables.traces(leave.enterprise())).stream()
        .filter(trace -> trace.until().plus(TraceTables.RECORDS_KEPT).isAfter(now))
        .sorted(Comparator.comparing(Trace::created).reversed().thenComparing(Trace::id))
        .toList();
  }

  /** Ends a trace; empty where there is none. What was told can be read on. */
  public Optional<Trace> stop(Leave leave, String id) {
    Optional<Trace> found = store.await(tables.trace(leave.enterpriseToChange(), id));
    return found.map(
        trace -> {
          Trace stopped = trace.stopped();
          store.await(tables.write(stopped));
          return stopped;
        });
  }
}
