package qiantang.bench;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import qiantang.store.cassandra.Cassandra;
import qiantang.store.codec.SummaryCodec;
import qiantang.store.fold.Beginnings;
import qiantang.store.fold.FoldMeter;
import qiantang.store.fold.FoldTables;
import qiantang.store.fold.FoldTables.LaneCursor;
import qiantang.store.fold.LayoutHistory;
import qiantang.store.fold.Layouts;
import qiantang.store.fold.Packer;
import qiantang.store.journal.Journal;
import qiantang.store.journal.JournalTables.LanePosition;
import qiantang.store.journal.JournalTables.Start;
import qiantang.store.journal.JournalTables.Whereabouts;
import qiantang.store.journal.Lane;
import qiantang.store.memory.MemoryJournal;
import qiantang.store.model.EnterpriseId;
import qiantang.store.model.StartId;
import qiantang.store.registry.Device;
import qiantang.store.registry.Enterprise;
import qiantang.store.registry.Retention;

/**
 * Puts a fleet's whole history into Cassandra as it would lie there by now: what the packer makes
 * of it, hour by hour with a clock that follows, and a start whose lanes are sorted to their end.
 * Frames, blocks, births and sessions are left out; they would have expired, but for the last days.
 */
final class FleetLoad {
  private static final long PROGRESS_NANOS = 3_000_000_000L;
  private static final int HOUR_MINUTES = 60;
  private static final int LANE = 0;

  private final Cassandra cassandra;
  private final EnterpriseId enterprise;
  private final MachineFleet fleet;
  private final StartId start = new StartId(UUID.randomUUID());

  FleetLoad(Cassandra cassandra, EnterpriseId enterprise, MachineFleet fleet) {
    this.cassandra = cassandra;
    this.enterprise = enterprise;
    this.fleet = fleet;
  }

  /** Blocks until all is stored; returns what the packer counted. */
  FoldMeter run() {
    register();
    FoldMeter meter = new FoldMeter();
    int threads = Runtime.getRuntime().availableProcessors();
    try (ExecutorService executor =
        Executors.newFixedThreadPool(threads, Thread.ofPlatform().name("fold-", 0).factory())) {
      pack(meter, executor);
    }
    writePositions();
    long packed = done(cassandra.folds().readPackedMinute(enterprise)).orElse(0L);
    if (packed != fleet.endMinute() || meter.samples() != fleet.samples()) {
      throw new IllegalStateException(
          "BUG: %,d of %,d samples are packed, up to minute %d of %d"
              .formatted(meter.samples(), fleet.samples(), packed, fleet.endMinute()));
    }
    return meter;
  }

  private void register() {
    Instant begin = Instant.ofEpochSecond(fleet.beginMinute() * 60);
    done(
        cassandra
            .registry()
            .createEnterprise(
                new Enterprise(
                    enterprise, enterprise.text(), "", List.of(), Retention.YEAR_1, begin)));
    for (int device = 0; device < fleet.devices(); device++) {
      done(
          cassandra
              .registry()
              .createDevice(
                  new Device(
                      enterprise,
                      MachineFleet.device(device),
                      "",
                      Device.Kind.DEVICE,
                      null,
                      "",
                      "",
                      "",
                      false,
                      begin)));
    }
  }

  private void pack(FoldMeter meter, ExecutorService executor) {
    VirtualTime time = new VirtualTime(Instant.ofEpochSecond(fleet.beginMinute() * 60));
    MemoryJournal journal = new MemoryJournal(time, Runnable::run, false);
    done(journal.insertWhereabouts(whereabouts()));
    Layouts layouts = new Layouts(cassandra.folds(), cassandra.registry(), time);
    FoldTables tables =
        new FleetBlocks(fleet, start, LANE, layouts, executor).over(cassandra.folds());
    Packer packer =
        new Packer(
            journal,
            tables,
            layouts,
            new Beginnings(cassandra.registry()),
            time,
            meter,
            SummaryCodec::encode,
            executor);
    long beganNanos = System.nanoTime();
    long toldNanos = beganNanos;
    for (long minute = fleet.beginMinute(); minute < fleet.endMinute(); ) {
      minute += HOUR_MINUTES;
      time.advance(Duration.ofMinutes(HOUR_MINUTES));
      done(packer.pack(enterprise, minute + LayoutHistory.LATE_MINUTES));
      if (System.nanoTime() - toldNanos > PROGRESS_NANOS) {
        toldNanos = System.nanoTime();
        tell(meter, minute, (toldNanos - beganNanos) / 1e9);
      }
    }
    tell(meter, fleet.endMinute(), (System.nanoTime() - beganNanos) / 1e9);
  }

  private void tell(FoldMeter meter, long minute, double seconds) {
    double part =
        (minute - fleet.beginMinute()) / (double) (fleet.endMinute() - fleet.beginMinute());
    System.err.printf(
        "  loaded %.1f %%, %,.0f samples/s, %.0f s left%n",
        100 * part, meter.samples() / seconds, seconds / part - seconds);
  }

  private Whereabouts whereabouts() {
    return new Whereabouts(enterprise, start, LANE, fleet.beginMinute(), fleet.endMinute());
  }

  /** What a reader looks at first: a start that ended where the data does, sorted to its end. */
  private void writePositions() {
    // The last minutes that a sealed start's lane may have end with the data.
    long lastMinute = fleet.endMinute() - Lane.MINUTES_AHEAD - 1;
    List<LanePosition> lanes = new ArrayList<>();
    for (int lane = 0; lane < Journal.LANES; lane++) {
      lanes.add(new LanePosition(lastMinute, 0, 0));
    }
    Start row = new Start(start, "bench", fleet.beginMinute(), 1, 0, false, lanes);
    done(cassandra.journal().insertWhereabouts(whereabouts()));
    done(cassandra.journal().insertStart(row));
    for (int lane = 0; lane < Journal.LANES; lane++) {
      done(cassandra.folds().writeLaneCursor(new LaneCursor(start, lane, fleet.endMinute(), 0, 0)));
    }
    if (!done(cassandra.journal().seal(start, 1))) {
      throw new IllegalStateException("BUG: start " + start + " cannot be sealed");
    }
  }

  private static <T> T done(CompletionStage<T> stage) {
    return stage.toCompletableFuture().join();
  }
}
