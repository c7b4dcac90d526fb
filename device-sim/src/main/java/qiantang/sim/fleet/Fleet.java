package qiantang.sim.fleet;

import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import qiantang.sim.wire.WireLoop;
import qiantang.sim.wire.WireLoops;

/** Publishers spread over a few loops. One thread starts, asks and closes it. */
public final class Fleet implements AutoCloseable {
  private final WireLoops loops;
  private final List<Pacer> pacers;
  private final List<Seat> seats;
  private final FleetOptions options;
  private final Figures figures;

  private Fleet(
      WireLoops loops,
      List<Pacer> pacers,
      List<Seat> seats,
      FleetOptions options,
      Figures figures) {
    this.loops = loops;
    this.pacers = pacers;
    this.seats = seats;
    this.options = options;
    this.figures = figures;
  }

  /**
   * Begins to connect all publishers; they come back by themselves until the fleet is closed.
   *
   * @param runId makes client ids that no other run uses
   */
  public static Fleet connect(String runId, List<Seat> seats, FleetOptions options) {
    WireLoops loops = WireLoops.start(options.loops());
    Figures figures = new Figures();
    int count = loops.loops().size();
    List<Pacer> pacers = new ArrayList<>();
    for (int l = 0; l < count; l++) {
      WireLoop loop = loops.loops().get(l);
      List<Publisher> publishers = new ArrayList<>();
      for (int i = l; i < seats.size(); i += count) {
        publishers.add(new Publisher(seats.get(i), runId + "-" + i, options, loop, figures));
      }
      Pacer pacer = new Pacer(loop, List.copyOf(publishers), options);
      pacers.add(pacer);
      int perSecond = Math.max(1, options.connectPerSecond() / count);
      loop.execute(() -> pacer.connectAll(perSecond));
    }
    return new Fleet(loops, List.copyOf(pacers), seats, options, figures);
  }

  /** The plan's beginning is now; its event times count from {@code startMillis}. */
  public void begin(long startMillis) {
    begin(startMillis, () -> Long.MAX_VALUE);
  }

  /**
   * The plan's beginning is now.
   *
   * @param reservedUntilNanos nothing that is planned later is sent, in ns of the plan's time
   */
  public void begin(long startMillis, LongSupplier reservedUntilNanos) {
    long startNanos = options.nanos().getAsLong();
    for (int l = 0; l < pacers.size(); l++) {
      Pacer pacer = pacers.get(l);
      loops.loops().get(l).execute(() -> pacer.begin(startMillis, startNanos, reservedUntilNanos));
    }
  }

  public Figures figures() {
    return figures;
  }

  /** What became of the messages of some seats so far, by their order; any thread. */
  public List<Ledger> ledgers(int from, int to) {
    Ledger[] ledgers = new Ledger[to - from];
    int count = pacers.size();
    for (int l = 0; l < count; l++) {
      Pacer pacer = pacers.get(l);
      int first = Math.ceilDiv(from - l, count);
      int end = Math.ceilDiv(to - l, count);
      List<Ledger> some = loops.loops().get(l).ask(() -> pacer.ledgers(first, end)).join();
      for (int i = first; i < end; i++) {
        ledgers[i * count + l - from] = some.get(i - first);
      }
    }
    return List.of(ledgers);
  }

  /** Ends all connections and tells what became of each message, in the order of the seats. */
  public List<Ledger> stop() {
    List<List<Ledger>> byLoop = new ArrayList<>();
    for (int l = 0; l < pacers.size(); l++) {
      Pacer pacer = pacers.get(l);
      byLoop.add(
          loops
              .loops()
              .get(l)
              .ask(
                  () -> {
                    pacer.stop();
                    return pacer.ledgers();
                  })
              .join());
    }
    List<Ledger> ledgers = new ArrayList<>();
    for (int i = 0; i < seats.size(); i++) {
      ledgers.add(byLoop.get(i % byLoop.size()).get(i / byLoop.size()));
    }
    return ledgers;
  }

  @Override
  public void close() {
    var _ = stop();
    loops.close();
  }
}
