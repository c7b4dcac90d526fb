package qiantang.bench;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import qiantang.store.codec.EntryCodec;
import qiantang.store.codec.SummaryCodec;
import qiantang.store.fold.FoldMeter;
import qiantang.store.fold.FoldTables;
import qiantang.store.fold.FoldTables.LaneCursor;
import qiantang.store.fold.Layouts;
import qiantang.store.fold.Packer;
import qiantang.store.fold.Sorter;
import qiantang.store.journal.Append;
import qiantang.store.journal.ByteBudget;
import qiantang.store.journal.Journal;
import qiantang.store.journal.JournalMeter;
import qiantang.store.journal.JournalTables;
import qiantang.store.journal.JournalTables.Start;
import qiantang.store.model.Counts;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;
import qiantang.store.model.Entry;
import qiantang.store.model.Reading;
import qiantang.store.model.StartId;

/**
 * A journal by an injected clock, and the folds behind it: hours of data in minutes. One thread
 * sends; time stands while it does.
 */
final class VirtualIngest implements AutoCloseable {
  // As the heartbeat's period or more: then each step announces the minute of the next one.
  private static final Duration STEP = Duration.ofMinutes(1);

  private final VirtualTime time;
  private final ByteBudget budget = new ByteBudget(1L << 30);
  private final FoldMeter foldMeter = new FoldMeter();
  private final Map<Integer, LaneCursor> cursors = new HashMap<>();
  private final Runnable progress;
  private final JournalTables tables;
  private final Journal journal;
  private final Sorter sorter;
  private final Packer packer;

  /**
   * Begins at a moment.
   *
   * @param progress what to do while the journal's tables have not answered
   */
  VirtualIngest(
      JournalTables tables,
      FoldTables folds,
      LayoutsOf layoutsOf,
      Instant begin,
      Runnable progress) {
    this.tables = tables;
    this.progress = progress;
    time = new VirtualTime(begin);
    Layouts layouts = layoutsOf.at(time);
    sorter = new Sorter(tables, folds, layouts, time, foldMeter, Runnable::run);
    packer =
        new Packer(tables, folds, layouts, time, foldMeter, SummaryCodec::encode, Runnable::run);
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

  /** Layouts that are read again by this time. */
  @FunctionalInterface
  interface LayoutsOf {
    Layouts at(VirtualTime time);
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
      time.advance(Duration.ZERO);
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

  /** Sorts what is closed, then packs what is sorted in all lanes. */
  void fold(List<EnterpriseId> enterprises) {
    Start start = await(tables.readStart(journal.start())).orElseThrow();
    long limitMinute = Long.MAX_VALUE;
    for (int lane = 0; lane < start.lanes().size(); lane++) {
      LaneCursor cursor = cursors.get(lane);
      do {
        cursor = await(sorter.sort(start, lane, cursor));
      } while (cursor.minute() < start.reach(lane));
      cursors.put(lane, cursor);
      limitMinute = Math.min(limitMinute, cursor.minute());
    }
    for (EnterpriseId enterprise : enterprises) {
      await(packer.pack(enterprise, limitMinute));
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
  }
}
