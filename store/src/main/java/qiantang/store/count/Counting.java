package qiantang.store.count;

import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import qiantang.store.codec.KeptCodec;
import qiantang.store.count.EnterpriseCounter.Result;
import qiantang.store.health.EnterpriseCount;
import qiantang.store.health.PlatformCount;
import qiantang.store.journal.LimitedLog;
import qiantang.store.journal.Ticker;
import qiantang.store.journal.Timers;
import qiantang.store.kept.KeptTables;
import qiantang.store.kept.KeptTables.Kept;
import qiantang.store.kept.KeptTables.KeptHour;
import qiantang.store.kept.KeptTables.Member;
import qiantang.store.kept.KeptTables.Sum;
import qiantang.store.kept.KeptTables.SumHour;
import qiantang.store.model.EnterpriseId;
import qiantang.store.registry.Enterprise;
import qiantang.store.registry.Platform;
import qiantang.store.registry.Registry;

/**
 * Counts a process's share of all enterprises once a minute, and adds its share of the platforms'
 * buckets up. It rests as long as it works, so that counting never takes more than half of one
 * thread: then counts are older, and say so. What fails is counted in the next pass. Any thread.
 */
public final class Counting implements AutoCloseable {
  /** From the begin of a pass to the next one's, at least. */
  static final Duration PERIOD = Duration.ofMinutes(1);

  // The folds' first pass has told by then whose share is what.
  private static final Duration FIRST = Duration.ofSeconds(3);

  private static final int ROWS_AT_ONCE = 1000;
  private static final int MEMBERS_AT_ONCE = 5000;

  private static final long HOUR_MILLIS = 3_600_000;

  private static final Logger logger = LoggerFactory.getLogger(Counting.class);

  private final Registry registry;
  private final KeptTables tables;
  private final EnterpriseCounter counter;
  private final Predicate<EnterpriseId> isMine;
  private final Predicate<String> has;
  private final Timers timers;
  private final InstantSource clock;
  private final Executor executor;
  private final LimitedLog warnings;
  private volatile boolean closed;

  /**
   * A counting that has not begun.
   *
   * @param isMine whether this process packs an enterprise
   * @param has whether it does what has this name
   */
  public Counting(
      Registry registry,
      EnterpriseCounter counter,
      Predicate<EnterpriseId> isMine,
      Predicate<String> has,
      Timers timers,
      Ticker ticker,
      InstantSource clock,
      Executor executor) {
    this.registry = registry;
    this.tables = registry.kept();
    this.counter = counter;
    this.isMine = isMine;
    this.has = has;
    this.timers = timers;
    this.clock = clock;
    this.executor = executor;
    warnings = new LimitedLog(logger, ticker);
  }

  /** Begins the first pass soon. */
  public void begin() {
    timers.after(FIRST, this::pass);
  }

  /** No pass begins any more. */
  @Override
  public void close() {
    closed = true;
  }

  private void pass() {
    if (closed) {
      return;
    }
    long beginMillis = clock.millis();
    var _ =
        run()
            .whenComplete(
                (nothing, error) -> {
                  if (error != null && !closed) {
                    warnings.warn("cannot count", error);
                  }
                  long took = Math.max(0, clock.millis() - beginMillis);
                  Duration rest = Duration.ofMillis(Math.max(PERIOD.toMillis() - took, took));
                  timers.after(rest, this::pass);
                });
  }

  /** One pass: all enterprises that are due, then the platforms. */
  public CompletionStage<Void> run() {
    return CompletableFuture.<Void>completedFuture(null)
        .thenComposeAsync(nothing -> pages(null), executor)
        .thenComposeAsync(nothing -> registry.platforms(), executor)
        .thenComposeAsync(this::addUp, executor);
  }

  private CompletionStage<Void> pages(@Nullable EnterpriseId after) {
    return registry
        .enterprises(after, ROWS_AT_ONCE)
        .thenComposeAsync(
            page ->
                each(page.iterator(), this::countIfMine)
                    .thenComposeAsync(
                        nothing ->
                            page.size() < ROWS_AT_ONCE
                                ? CompletableFuture.completedFuture(null)
                                : pages(page.getLast().id()),
                        executor),
            executor);
  }

  /** One after another, on the executor: neither the stack nor a chain of stages grows. */
  private <T> CompletionStage<Void> each(Iterator<T> items, Step<T> step) {
    CompletableFuture<Void> done = new CompletableFuture<>();
    executor.execute(() -> next(items, step, done));
    return done;
  }

  private <T> void next(Iterator<T> items, Step<T> step, CompletableFuture<Void> done) {
    if (closed || !items.hasNext()) {
      done.complete(null);
      return;
    }
    T item = items.next();
    var _ =
        CompletableFuture.<Void>completedFuture(null)
            .thenCompose(nothing -> step.run(item))
            .whenCompleteAsync(
                (nothing, error) -> {
                  if (error != null && !closed) {
                    warnings.warn("cannot count " + item, error);
                  }
                  next(items, step, done);
                },
                executor);
  }

  /** What is done with each. */
  @FunctionalInterface
  private interface Step<T> {
    CompletionStage<Void> run(T item);
  }

  private CompletionStage<Void> countIfMine(Enterprise enterprise) {
    return isMine.test(enterprise.id())
        ? count(enterprise)
        : CompletableFuture.completedFuture(null);
  }

  /** Counts one enterprise and writes what was counted, first its own row. */
  public CompletionStage<Void> count(Enterprise enterprise) {
    return tables
        .read(enterprise.id())
        .thenComposeAsync(
            kept -> counter.count(enterprise.id(), kept.map(Counting::result).orElse(null)),
            executor)
        .thenComposeAsync(result -> write(enterprise, result), executor);
  }

  private static @Nullable Result result(Kept kept) {
    EnterpriseCount count = KeptCodec.enterprise(kept.bytes());
    return count == null ? null : Result.kept(count, kept.countedMillis());
  }

  private CompletionStage<Void> write(Enterprise enterprise, Result result) {
    EnterpriseCount count = result.count();
    byte[] sum = KeptCodec.encode(new PlatformCount(1, count.all(), count.messagesPerSecond()));
    EnterpriseId id = enterprise.id();
    List<CompletionStage<Void>> writes = new ArrayList<>();
    writes.add(tables.write(new Kept(id, result.millis(), KeptCodec.encode(count))));
    long hour = Math.floorDiv(result.millis(), HOUR_MILLIS);
    writes.add(tables.write(new KeptHour(id, hour, sum)));
    for (String platform : enterprise.platforms()) {
      writes.add(tables.write(new Member(platform, id, result.millis(), sum)));
    }
    return CompletableFuture.allOf(
        writes.stream()
            .map(CompletionStage::toCompletableFuture)
            .toArray(CompletableFuture[]::new));
  }

  private record Bucket(String platform, int bucket) {}

  private CompletionStage<Void> addUp(List<Platform> platforms) {
    List<Bucket> buckets = new ArrayList<>();
    for (Platform platform : platforms) {
      for (int bucket = 0; bucket < KeptTables.BUCKETS; bucket++) {
        if (has.test("platform/" + platform.id() + "/" + bucket)) {
          buckets.add(new Bucket(platform.id(), bucket));
        }
      }
    }
    return each(buckets.iterator(), this::addUp);
  }

  private CompletionStage<Void> addUp(Bucket bucket) {
    return sum(bucket, null, PlatformCount.none())
        .thenCompose(
            sum -> {
              long millis = clock.millis();
              PlatformCount bare =
                  new PlatformCount(
                      sum.enterprises(), sum.devices().withoutReasons(), sum.messagesPerSecond());
              long hour = Math.floorDiv(millis, HOUR_MILLIS);
              return tables
                  .write(new SumHour(bucket.platform, bucket.bucket, hour, KeptCodec.encode(bare)))
                  .thenCompose(
                      nothing ->
                          tables.write(
                              new Sum(
                                  bucket.platform, bucket.bucket, millis, KeptCodec.encode(sum))));
            });
  }

  private CompletionStage<PlatformCount> sum(
      Bucket bucket, @Nullable EnterpriseId after, PlatformCount before) {
    return tables
        .readMembers(bucket.platform, bucket.bucket, after, MEMBERS_AT_ONCE)
        .thenComposeAsync(
            members -> {
              PlatformCount sum = before;
              for (Member member : members) {
                PlatformCount one = KeptCodec.platform(member.bytes());
                sum = one == null ? sum : sum.plus(one);
              }
              return members.size() < MEMBERS_AT_ONCE
                  ? CompletableFuture.completedFuture(sum)
                  : sum(bucket, members.getLast().enterprise(), sum);
            },
            executor);
  }
}
