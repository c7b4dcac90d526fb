package qiantang.bench;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import qiantang.store.codec.EntryCodec;
import qiantang.store.codec.SummaryCodec;
import qiantang.store.fold.Beginnings;
import qiantang.store.fold.Eraser;
import qiantang.store.fold.FoldMeter;
import qiantang.store.fold.FoldTables;
import qiantang.store.fold.Folds;
import qiantang.store.fold.Layouts;
import qiantang.store.fold.Packer;
import qiantang.store.fold.Sorter;
import qiantang.store.journal.Append;
import qiantang.store.journal.ByteBudget;
import qiantang.store.journal.Journal;
import qiantang.store.journal.JournalMeter;
import qiantang.store.journal.JournalTables;
import qiantang.store.model.Counts;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;
import qiantang.store.model.Entry;
import qiantang.store.model.Reading;
import qiantang.store.model.StartId;
import qiantang.store.registry.Registry;

/**
 * A journal by an injected clock, and the folds behind it: hours of data in minutes. One thread
 * sends; time stands while it does.
 */
final class VirtualIngest implements AutoCloseable {
  // As the heartbeat's period or more: then each step announces the minute of the next one.
  private static final Duration STEP = Duration.ofMinutes(1);

  // To the next heartbeat where one was planned behind a step.
  private static final Duration SHORT_STEP = Duration.ofSeconds(1);

  private final VirtualTime time;
  private final ByteBudget budget = new ByteBudget(1L << 30);
  private final FoldMeter foldMeter = new FoldMeter();
  private final ExecutorService foldThreads;
  private final Runnable progress;
  private final JournalTables tables;
  private final FoldTables folds;
  private final Journal journal;
  private final Sorter sorter;
  private final Packer packer;
  private final Eraser eraser;

  /**
   * Begins at a moment.
   *
   * @param progress what to do while the journal's tables have not answered
   */
  VirtualIngest(
      JournalTables tables, FoldTables folds, Registry registry, Instant begin, Runnable progress) {
    this.tables = tables;
    this.folds = folds;
    this.progress = progress;
    time = new VirtualTime(begin);
    // As many as the program `fold` has.
    foldThreads =
        Executors.newFixedThreadPool(
            Runtime.getRuntime().availableProcessors(),
            Thread.ofPlatform().name("fold-", 0).daemon().factory());
    Layouts layouts = new Layouts(folds, registry, time);
    eraser = new Eraser(tables, folds, layouts, time, foldMeter, foldThreads);
    sorter = new Sorter(tables, folds, layouts, time, foldMeter, foldThreads);
    packer =
        new Packer(
            tables,
            folds,
            layouts,
            new Beginnings(registry),
            time,
            foldMeter,
            SummaryCodec::encode,
            foldThreads);
    journal =
        new Journal(
            tables,
            new StartId(UUID.randomUUID()),
            "bench",
            time,
            time,
            time,
            new JournalMeter(time, (bytes, entries, nanos) -> {}),
            () -> {});
    await(journal.open());
  }

  FoldMeter foldMeter() {
    return foldMeter;
  }

  Instant now() {
    return time.instant();
  }

  /** Lets time pass, heartbeats included. */
  void advanceTo(Instant to) {
    while (time.instant().isBefore(to)) {
      Duration rest = Duration.between(time.instant(), to);
      time.advance(rest.compareTo(STEP) < 0 ? rest : STEP);
      // A heartbeat under way must be answered before it is too old to count.
      settle();
    }
  }

  private void settle() {
    while (!journal.isIdle() || !journal.isFresh() || !journal.heartbeatSilence().isZero()) {
      // The one before counts a moment before it plans the next: a step in that moment puts the
      // next one's time behind the step.
      boolean isUnderWay = journal.isFresh() || !journal.heartbeatSilence().isZero();
      time.advance(isUnderWay ? Duration.ZERO : SHORT_STEP);
      progress.run();
    }
  }

  /** Sends a message of one reading, as the device itself. */
  void send(EnterpriseId enterprise, Reading reading) {
    DeviceId device = reading.device();
    long arrivalMicros = ChronoUnit.MICROS.between(Instant.EPOCH, time.instant());
    byte[] entry = EntryCodec.encode(new Entry.Readings(device, arrivalMicros, List.of(reading)));
    while (!budget.tryTake(entry.length)) {
      progress.run();
    }
    journal
        .lane(enterprise)
        .append(
            new Append(
                enterprise,
                entry,
                new Counts(1, 0, 1, 0),
                budget,
                entry.length,
                Runnable::run,
                result -> {}));
  }

  /** Passes of the folds of a program that does everything, until nothing is left to do. */
  void fold() {
    CompletableFuture<Void> passed = new CompletableFuture<>();
    try (Folds pass =
        new Folds(
            tables,
            folds,
            sorter,
            packer::pack,
            eraser,
            (delay, next) -> {
              if (delay.isZero()) {
                foldThreads.execute(next); // there is more
              } else {
                passed.complete(null);
              }
            },
            time,
            time,
            foldThreads,
            foldMeter,
            () -> null)) {
      pass.begin();
      await(passed);
    }
    long failures =
        foldMeter.failedPasses() + foldMeter.failedLanes() + foldMeter.failedEnterprises();
    if (failures > 0) {
      throw new IllegalStateException(
          "cannot fold: %d failures, of which the log says more".formatted(failures));
    }
  }

  private <T> T await(CompletionStage<T> stage) {
    CompletableFuture<T> future = stage.toCompletableFuture();
    while (!future.isDone()) {
      progress.run();
    }
    return future.join();
  }

  @Override
  public void close() {
    journal.close();
    foldThreads.shutdownNow();
  }
}
