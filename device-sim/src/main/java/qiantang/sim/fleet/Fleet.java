package qiantang.sim.fleet;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import qiantang.sim.wire.WireLoop;
import qiantang.sim.wire.WireLoops;

/** Publishers spread over a few loops of this process. One thread starts, asks and closes it. */
public final class Fleet implements Load {
  private final WireLoops loops;
  private final List<PublisherLoop> parts;
  private final int seats;
  private final FleetOptions options;
  private final Figures figures;

  private Fleet(
      WireLoops loops,
      List<PublisherLoop> parts,
      int seats,
      FleetOptions options,
      Figures figures) {
    this.loops = loops;
    this.parts = parts;
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
    int count = loops.loops().size();
    Figures figures = new Figures();
    List<LoopFigures> counting = new ArrayList<>();
    List<PublisherLoop> parts = new ArrayList<>();
    for (int l = 0; l < count; l++) {
      WireLoop loop = loops.loops().get(l);
      List<Seat> its = new ArrayList<>();
      for (int i = l; i < seats.size(); i += count) {
        its.add(seats.get(i));
      }
      counting.add(new LoopFigures(its, figures::trouble));
      parts.add(new PublisherLoop(loop, runId, List.copyOf(its), options, counting.get(l)));
    }
    figures.addAll(counting);
    int perSecond = Math.max(1, options.connectPerSecond() / count);
    Fleet fleet = new Fleet(loops, List.copyOf(parts), seats.size(), options, figures);
    fleet.onEachLoop(part -> part.connectAll(perSecond));
    return fleet;
  }

  @Override
  public void begin(long startMillis, LongSupplier reservedUntilNanos) {
    // Both clocks are read together, and the difference carries the beginning over.
    long aheadNanos = Instant.now().until(Instant.ofEpochMilli(startMillis), ChronoUnit.NANOS);
    long startNanos = options.nanos().getAsLong() + aheadNanos;
    onEachLoop(part -> part.begin(startMillis, startNanos, reservedUntilNanos));
  }

  @Override
  public Figures figures() {
    return figures;
  }

  @Override
  public @Nullable String failure() {
    // What goes wrong with a connection is no failure, for it comes back.
    for (WireLoop loop : loops.loops()) {
      Throwable failure = loop.failure();
      if (failure != null) {
        return "BUG: " + failure + ", at " + Arrays.stream(failure.getStackTrace()).findFirst();
      }
    }
    return null;
  }

  @Override
  public void disturb(Disturbance disturbance) {
    onEachLoop(part -> part.disturb(disturbance));
  }

  private void onEachLoop(Consumer<PublisherLoop> action) {
    for (int l = 0; l < parts.size(); l++) {
      PublisherLoop part = parts.get(l);
      loops.loops().get(l).execute(() -> action.accept(part));
    }
  }

  @Override
  public int parts() {
    return parts.size();
  }

  @Override
  public List<Ledger> ledgers(int from, int to) {
    Ledger[] ledgers = new Ledger[to - from];
    int count = parts.size();
    for (int l = 0; l < count; l++) {
      PublisherLoop part = parts.get(l);
      int first = Math.ceilDiv(from - l, count);
      int end = Math.ceilDiv(to - l, count);
      List<Ledger> some = loops.loops().get(l).ask(() -> part.ledgers(first, end)).join();
      for (int i = first; i < end; i++) {
        ledgers[i * count + l - from] = some.get(i - first);
      }
    }
    return List.of(ledgers);
  }

  @Override
  public List<Ledger> stop() {
    List<List<Ledger>> byLoop = new ArrayList<>();
    for (int l = 0; l < parts.size(); l++) {
      PublisherLoop part = parts.get(l);
      byLoop.add(
          loops
              .loops()
              .get(l)
              .ask(
                  () -> {
                    part.stop();
                    return part.ledgers(0, part.size());
                  })
              .join());
    }
    List<Ledger> ledgers = new ArrayList<>();
    for (int i = 0; i < seats; i++) {
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
