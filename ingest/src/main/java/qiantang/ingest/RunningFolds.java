package qiantang.ingest;

import java.time.InstantSource;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.DoubleSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import qiantang.ingest.meter.Exposition;
import qiantang.store.codec.SummaryCodec;
import qiantang.store.count.Counting;
import qiantang.store.count.EnterpriseCounter;
import qiantang.store.fold.Beginnings;
import qiantang.store.fold.Eraser;
import qiantang.store.fold.FoldMeter;
import qiantang.store.fold.FoldTables;
import qiantang.store.fold.Folds;
import qiantang.store.fold.Layouts;
import qiantang.store.fold.Packer;
import qiantang.store.fold.Sorter;
import qiantang.store.journal.JournalTables;
import qiantang.store.journal.Ticker;
import qiantang.store.journal.Timers;
import qiantang.store.model.StartId;
import qiantang.store.read.Reader;
import qiantang.store.read.Tail;
import qiantang.store.registry.Registry;

/** The folds of a program, with their threads and what they show of themselves. */
final class RunningFolds implements AutoCloseable {
  // Frames of the last minutes, which the counts of all enterprises of a lane are made of; and as
  // much of blocks.
  private static final long TAIL_BYTES_MAX = 16L * 1024 * 1024;

  private final ExecutorService threads;
  private final FoldMeter meter = new FoldMeter();
  private final Folds folds;
  private final Counting counting;

  /**
   * Folds that have not begun.
   *
   * @param threadCount most processors that they take
   * @param self the program's own start; null for one that has none and does everything
   */
  RunningFolds(
      JournalTables journal,
      FoldTables tables,
      Registry registry,
      InstantSource clock,
      Ticker ticker,
      Timers timers,
      int threadCount,
      Supplier<@Nullable StartId> self) {
    threads =
        Executors.newFixedThreadPool(
            threadCount, Thread.ofPlatform().name("fold-", 0).daemon().factory());
    Layouts layouts = new Layouts(tables, registry, ticker);
    Beginnings beginnings = new Beginnings(registry);
    Sorter sorter = new Sorter(journal, tables, layouts, clock, meter, threads);
    Packer packer =
        new Packer(
            journal, tables, layouts, beginnings, clock, meter, SummaryCodec::encode, threads);
    Eraser eraser = new Eraser(journal, tables, layouts, clock, meter, threads);
    folds =
        new Folds(
            journal,
            tables,
            sorter,
            packer::pack,
            eraser,
            timers,
            ticker,
            clock,
            threads,
            meter,
            self);
    Reader reader =
        new Reader(
            new Tail(journal, tables, threads, TAIL_BYTES_MAX), tables, layouts, beginnings, clock);
    counting =
        new Counting(
            registry,
            new EnterpriseCounter(reader, registry, clock, threads),
            folds::packs,
            folds::has,
            timers,
            ticker,
            clock,
            threads);
  }

  void begin() {
    folds.begin();
    counting.begin();
  }

  /** What is under way is left where it is; the next run does it again. */
  @Override
  public void close() {
    counting.close();
    folds.close();
    threads.shutdownNow();
  }

  void showIn(Exposition exposition) {
    gauge(exposition, "unsorted_minutes", "age of what may not be sorted", folds::unsortedMinutes);
    gauge(exposition, "unpacked_minutes", "age of what may not be packed", folds::unpackedMinutes);
    gauge(exposition, "overdue_minutes", "since it could be packed", folds::overdueMinutes);
    count(exposition, "frames", "frames sorted", meter::frames);
    count(exposition, "frame_bytes", "bytes of them", meter::frameBytes);
    count(exposition, "damaged_frames", "frames that were set aside", meter::damagedFrames);
    count(exposition, "kept_frames", "frames written again after a day", meter::keptFrames);
    count(exposition, "lost_frames", "frames that expired unsorted", meter::lostFrames);
    count(exposition, "blocks", "blocks stored", meter::blocks);
    count(exposition, "block_bytes", "bytes of them", meter::blockBytes);
    count(exposition, "kept_blocks", "blocks written again after a day", meter::keptBlocks);
    count(exposition, "lost_minutes", "minutes that may have expired", meter::lostMinutes);
    count(exposition, "damaged_blocks", "blocks that were set aside", meter::damagedBlocks);
    count(exposition, "events", "events stored", meter::events);
    count(exposition, "registers", "registers stored", meter::registers);
    count(exposition, "chunks", "parts of chunks stored", meter::chunks);
    count(exposition, "chunk_bytes", "bytes of them", meter::chunkBytes);
    count(exposition, "states", "states stored", meter::states);
    count(exposition, "state_bytes", "bytes of them", meter::stateBytes);
    count(exposition, "damaged_states", "states that were set aside", meter::damagedStates);
    count(exposition, "samples", "samples packed", meter::samples);
    count(exposition, "late_samples", "samples that came late", meter::lateSamples);
    count(exposition, "erased_rows", "rows erased on request", meter::erasedRows);
    count(exposition, "failed_erasures", "times erasing failed", meter::failedErasures);
    count(exposition, "failed_passes", "passes that ended early", meter::failedPasses);
    count(exposition, "failed_lanes", "times a lane was not sorted", meter::failedLanes);
    count(
        exposition,
        "failed_enterprises",
        "times an enterprise was not packed",
        meter::failedEnterprises);
  }

  private static void gauge(
      Exposition exposition, String name, String description, DoubleSupplier value) {
    exposition.gauge("qiantang_fold_" + name, description, value);
  }

  private static void count(
      Exposition exposition, String name, String description, DoubleSupplier value) {
    exposition.counter("qiantang_fold_" + name, description, value);
  }
}
