package qiantang.store.simulation;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import qiantang.store.fold.Beginnings;
import qiantang.store.fold.FoldTables;
import qiantang.store.fold.Layouts;
import qiantang.store.fold.Mask;
import qiantang.store.fold.MaskTables.Deletion;
import qiantang.store.journal.JournalTables;
import qiantang.store.memory.MemoryFolds;
import qiantang.store.memory.MemoryJournal;
import qiantang.store.memory.MemoryRegistry;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;
import qiantang.store.model.StartId;
import qiantang.store.read.Reader;
import qiantang.store.read.Tail;
import qiantang.store.registry.Enterprise;
import qiantang.store.registry.Retention;

/** All that there is in one history. One thread. */
final class World {
  private static final Instant MIDNIGHT = Instant.parse("2026-03-01T00:00:00Z");

  // Nothing falls out of a reader's memory by chance, so a seed repeats exactly.
  private static final long CACHE_BYTES = 1L << 30;

  final Dice dice;
  final VirtualTime time;
  final Trace trace;
  final Judge judge;
  final Devices devices;
  final Plan plan;
  final Asker asker;
  final List<Way> ways = new ArrayList<>();
  final List<IngestNode> nodes = new ArrayList<>();
  final List<FoldNode> folders = new ArrayList<>();
  final Machine readerMachine;
  final Way readerWay;
  final Reader following;

  // What nobody has sorted may be that old: frames live 2 days, and clocks are an hour wrong.
  private static final long UNSORTED_NANOS_MAX = 44 * VirtualTime.HOUR;

  private final MemoryJournal journal;
  private final MemoryFolds folds;
  private final MemoryRegistry registry = new MemoryRegistry();

  World(long seed, int linesMax) {
    dice = new Dice(seed);
    time = new VirtualTime(begin(dice));
    trace = new Trace(time, linesMax);
    judge = new Judge(trace);
    devices = new Devices(time, dice, judge);
    folds = MemoryFolds.expiring(time::instant, Runnable::run);
    plan = new Plan(devices, folds, time.minute(), judge, dice);
    asker = new Asker(judge, dice, trace, devices);
    journal = MemoryJournal.expiring(time::instant, Runnable::run);
    for (EnterpriseId enterprise : devices.enterprises()) {
      register(enterprise, dice.pick(List.of(Retention.values())));
    }
    for (int i = dice.chance(300) ? 3 : 2; i > 0; i--) {
      Machine machine = machine("ingest-" + i);
      Way way = way(machine);
      nodes.add(new IngestNode(machine, journal(way), way, judge, dice, trace));
    }
    // One does everything, the other perhaps only the share of a node.
    IngestNode pair = nodes.getFirst();
    boolean shares = dice.chance(400);
    folders.add(folder("fold-1", () -> null));
    folders.add(folder("fold-2", () -> shares ? pair.start() : null));
    readerMachine = machine("reader");
    readerWay = way(readerMachine);
    following = reader();
  }

  /** Days begin in the midst of most worlds; at 18:00 packers think of the next day's layout. */
  private static Instant begin(Dice dice) {
    long beforeSeconds =
        switch (dice.below(8)) {
          case 0 -> dice.between(0, 24 * 3600);
          case 1 -> dice.between(6 * 3600, 9 * 3600);
          case 2 -> dice.between(0, 6 * 3600);
          default -> dice.between(0, 1800);
        };
    return MIDNIGHT.minusSeconds(beforeSeconds).plusNanos(dice.between(0, VirtualTime.SECOND));
  }

  /** Whether so much time may pass though folds have perhaps done nothing since the beginning. */
  boolean hasTimeFor(long nanos) {
    return time.nanos() + nanos <= UNSORTED_NANOS_MAX;
  }

  /** How long until it is so many hours after midnight UTC again. */
  long nanosTo(int hour) {
    long dayNanos = 24 * VirtualTime.HOUR;
    return dayNanos - Math.floorMod(time.micros() * 1000 - hour * VirtualTime.HOUR, dayNanos);
  }

  private void register(EnterpriseId enterprise, Retention retention) {
    var _ =
        registry.createEnterprise(
            new Enterprise(enterprise, "", "", List.of(), retention, time.instant()));
  }

  private Machine machine(String name) {
    return new Machine(name, time, dice, trace);
  }

  private Way way(Machine machine) {
    Way way = new Way(machine, time, dice, trace);
    ways.add(way);
    return way;
  }

  private FoldNode folder(String name, Supplier<@Nullable StartId> self) {
    Machine machine = machine(name);
    Way way = way(machine);
    return new FoldNode(machine, way, journal(way), folds(way), registry, self, judge, trace);
  }

  private JournalTables journal(Way way) {
    return new JournalWay(journal, way, judge);
  }

  private FoldTables folds(Way way) {
    return new FoldWay(folds, way, plan);
  }

  /** A reader that has read nothing yet. */
  Reader reader() {
    FoldTables tables = folds(readerWay);
    return new Reader(
        new Tail(journal(readerWay), tables, readerMachine, CACHE_BYTES),
        tables,
        new Layouts(tables, registry, readerMachine),
        new Beginnings(registry),
        readerMachine);
  }

  /** Deletes what arrived until now: known from this moment on to whoever asks the tables. */
  void delete(EnterpriseId enterprise, @Nullable DeviceId device, long beforeMicros) {
    long made = Math.floorDiv(time.micros(), 1000L);
    Mask mask = Mask.of(enterprise, device, beforeMicros, made, dice.below(1_000_000));
    folds
        .writeDeletion(Deletion.begun(mask), Mask.kept(Retention.YEARS_10))
        .toCompletableFuture()
        .join();
    judge.deletions().add(judge.now(), mask);
    trace.note("operator", "deletes", 0, mask);
  }

  /** Whether no answer needs a frame or a block any more. */
  boolean isPacked() {
    for (EnterpriseId enterprise : devices.enterprises()) {
      long behind = judge.lastMinute(enterprise) + 1;
      Optional<Long> packed = folds.readPackedMinute(enterprise).toCompletableFuture().join();
      if (behind > 0 && packed.orElse(0L) < behind) {
        return false;
      }
    }
    return true;
  }
}
