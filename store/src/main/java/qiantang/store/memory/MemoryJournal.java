package qiantang.store.memory;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import qiantang.store.journal.JournalTables;
import qiantang.store.memory.Expiry.Expiring;
import qiantang.store.model.EnterpriseId;
import qiantang.store.model.FrameKey;
import qiantang.store.model.LaneMinute;
import qiantang.store.model.StartId;

/** The journal's tables in memory. Any thread. */
public final class MemoryJournal implements JournalTables {
  // As in 004-events.cql.
  private static final Duration LEADS_KEPT = Duration.ofDays(14);

  private record WhereaboutsKey(StartId start, int lane) {}

  private final InstantSource clock;
  private final Executor executor;
  private final boolean keepFrames;
  private final Expiry expiry;
  private final Map<LaneMinute, ConcurrentSkipListMap<Long, Expiring<byte[]>>> frames =
      new ConcurrentHashMap<>();
  private final Map<EnterpriseId, Map<WhereaboutsKey, Whereabouts>> whereabouts =
      new ConcurrentHashMap<>();
  private final Map<StartId, Start> starts = new ConcurrentHashMap<>();

  /**
   * Empty tables from which nothing expires.
   *
   * @param executor completes every stage; {@code Runnable::run} completes before the call returns
   * @param keepFrames false forgets frames at once, so that a benchmark can write without end
   */
  public MemoryJournal(InstantSource clock, Executor executor, boolean keepFrames) {
    this(clock, executor, keepFrames, Expiry.NEVER);
  }

  private MemoryJournal(InstantSource clock, Executor executor, boolean keepFrames, Expiry expiry) {
    this.clock = clock;
    this.executor = executor;
    this.keepFrames = keepFrames;
    this.expiry = expiry;
  }

  /** Empty tables whose rows expire by this clock. */
  public static MemoryJournal expiring(InstantSource clock, Executor executor) {
    return new MemoryJournal(clock, executor, true, Expiry.by(clock));
  }

  @Override
  public CompletionStage<Void> insertFrame(FrameKey key, byte[] bytes) {
    return run(
        () -> {
          if (keepFrames) {
            frames
                .computeIfAbsent(key.partition(), partition -> new ConcurrentSkipListMap<>())
                .put(key.sequence(), expiry.after(FRAMES_KEPT, bytes));
          }
        });
  }

  @Override
  public CompletionStage<List<StoredFrame>> readFrames(
      LaneMinute partition, long afterSequence, long bytes) {
    return supply(
        () -> {
          List<StoredFrame> found = new ArrayList<>();
          long read = 0;
          for (var row : rows(partition).tailMap(afterSequence, false).entrySet()) {
            if (read < bytes && !expiry.isOver(row.getValue())) {
              byte[] frame = row.getValue().value();
              found.add(new StoredFrame(new FrameKey(partition, row.getKey()), frame));
              read += frame.length;
            }
          }
          return found;
        });
  }

  private ConcurrentSkipListMap<Long, Expiring<byte[]>> rows(LaneMinute partition) {
    return frames.getOrDefault(partition, new ConcurrentSkipListMap<>());
  }

  @Override
  public CompletionStage<Integer> keepFrames(LaneMinute partition) {
    return supply(
        () -> {
          ConcurrentSkipListMap<Long, Expiring<byte[]>> rows = rows(partition);
          int kept = 0;
          for (Map.Entry<Long, Expiring<byte[]>> entry : rows.entrySet()) {
            Expiring<byte[]> row = entry.getValue();
            if (!expiry.isOver(row) && expiry.isWithin(FRAMES_KEPT, row)) {
              rows.put(entry.getKey(), expiry.after(FRAMES_KEPT_AGAIN, row.value()));
              kept++;
            }
          }
          return kept;
        });
  }

  @Override
  public CompletionStage<Void> insertWhereabouts(Whereabouts row) {
    return run(
        () ->
            whereabouts
                .computeIfAbsent(row.enterprise(), enterprise -> new ConcurrentHashMap<>())
                .merge(
                    new WhereaboutsKey(row.start(), row.lane()),
                    row,
                    (old, now) ->
                        new Whereabouts(
                            now.enterprise(),
                            now.start(),
                            now.lane(),
                            Math.min(old.firstMinute(), now.firstMinute()),
                            Math.max(old.lastMinute(), now.lastMinute()))));
  }

  @Override
  public CompletionStage<List<Whereabouts>> readWhereabouts(EnterpriseId enterprise) {
    return supply(() -> rows(enterprise));
  }

  @Override
  public CompletionStage<List<EnterpriseId>> readEnterprises() {
    return supply(() -> whereabouts.keySet().stream().filter(id -> !rows(id).isEmpty()).toList());
  }

  private List<Whereabouts> rows(EnterpriseId enterprise) {
    return whereabouts.getOrDefault(enterprise, Map.of()).values().stream()
        .filter(row -> !isOver(Duration.ofMinutes(row.lastMinute())))
        .toList();
  }

  private boolean isOver(Duration writtenSince1970) {
    return expiry.isOver(writtenSince1970.plus(LEADS_KEPT).toMillis());
  }

  private boolean isOver(Start start) {
    return isOver(Duration.of(start.beatMicros(), ChronoUnit.MICROS));
  }

  @Override
  public CompletionStage<Void> insertStart(Start start) {
    return run(
        () -> {
          if (starts.putIfAbsent(start.id(), stamped(start)) != null) {
            throw new IllegalStateException(
                "cannot begin start %s: its row exists already".formatted(start.id()));
          }
        });
  }

  @Override
  public CompletionStage<Boolean> beat(Start start) {
    return supply(
        () -> {
          Start wanted = stamped(start);
          Start now =
              starts.computeIfPresent(
                  start.id(),
                  (id, old) -> old.sealed() || old.beat() >= start.beat() ? old : wanted);
          return wanted.equals(now);
        });
  }

  @Override
  public CompletionStage<Boolean> seal(StartId start, long beat) {
    return supply(
        () -> {
          Start now =
              starts.computeIfPresent(
                  start,
                  (id, old) ->
                      old.beat() == beat
                          ? new Start(
                              id,
                              old.node(),
                              old.beginMinute(),
                              beat,
                              old.beatMicros(),
                              true,
                              old.folds(),
                              old.lanes())
                          : old);
          return now != null && now.sealed();
        });
  }

  @Override
  public CompletionStage<Optional<Start>> readStart(StartId start) {
    return supply(() -> Optional.ofNullable(starts.get(start)).filter(row -> !isOver(row)));
  }

  @Override
  public CompletionStage<List<Start>> readStarts() {
    return supply(() -> starts.values().stream().filter(row -> !isOver(row)).toList());
  }

  @Override
  public CompletionStage<Instant> databaseTime() {
    return supply(clock::instant);
  }

  private Start stamped(Start start) {
    long nowMicros = ChronoUnit.MICROS.between(Instant.EPOCH, clock.instant());
    return new Start(
        start.id(),
        start.node(),
        start.beginMinute(),
        start.beat(),
        nowMicros,
        false,
        start.folds(),
        start.lanes());
  }

  private CompletionStage<Void> run(Runnable task) {
    return CompletableFuture.runAsync(task, executor);
  }

  private <T> CompletionStage<T> supply(Supplier<T> task) {
    return CompletableFuture.supplyAsync(task, executor);
  }
}
