package qiantang.sim.worker;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import qiantang.sim.fleet.Figures;
import qiantang.sim.fleet.Fleet;
import qiantang.sim.fleet.FleetOptions;
import qiantang.sim.fleet.Ledger;
import qiantang.sim.fleet.ProcessHealth;
import qiantang.sim.fleet.Seat;
import qiantang.sim.outcome.Outcome;
import qiantang.sim.plan.Plan;
import qiantang.sim.plan.PublisherPlan;
import qiantang.sim.plan.Scenario;
import qiantang.sim.plan.ScenarioReader;
import qiantang.sim.wire.Servers;

/** A part of a run in a process of its own: does what its standard input says until that ends. */
final class Worker {
  private static final Duration TELL_EVERY = Duration.ofMillis(200);

  /** Ledgers in one line: 100 KiB of it where each has a few hundred bits. */
  private static final int LEDGERS_A_LINE = 500;

  private final Lines.Reader<Order> orders;
  private final Lines.Writer<Word> words;
  private final List<PublisherPlan> publishers = new ArrayList<>();
  private final List<Seat> seats = new ArrayList<>();
  private Order.@Nullable Setup setup;
  private @Nullable Servers servers;
  private @Nullable Fleet fleet;
  private volatile long reserved;

  Worker(InputStream in, OutputStream out) {
    orders = new Lines.Reader<>(in, Order.class);
    words = new Lines.Writer<>(out);
  }

  /** Answers the exit code: 0 only when all was told. */
  int run() {
    try {
      for (Order order = orders.read(); order != null; order = orders.read()) {
        if (!obey(order)) {
          return order instanceof Order.Stop ? 0 : 1;
        }
      }
      return 1; // the coordinator is gone
    } catch (IOException e) {
      return 1; // likewise: there is nobody to tell
    } finally {
      if (fleet != null) {
        fleet.close();
      }
    }
  }

  /** Answers whether more is to come. */
  private boolean obey(Order order) throws IOException {
    switch (order) {
      case Order.Setup asked -> {
        return layOut(asked);
      }
      case Order.Tokens(List<String> tokens) -> {
        for (String token : tokens) {
          seats.add(new Seat(publishers.get(seats.size()), token));
        }
      }
      case Order.Connect _ -> {
        Fleet started = connect();
        fleet = started;
        Thread.ofPlatform().daemon().name("figures").start(() -> tellFigures(started));
      }
      case Order.Begin(long startMillis, long reservedNanos) -> {
        reserved = reservedNanos;
        fleet().begin(startMillis, () -> reserved);
      }
      case Order.Reserve(long reservedNanos) -> reserved = reservedNanos;
      case Order.Disturb disturb -> fleet().disturb(disturb.disturbance());
      case Order.Ask(int from, int to) ->
          words.write(
              new Word.Answer(fleet().ledgers(from, to).stream().map(Ledger::toBytes).toList()));
      case Order.Stop _ -> {
        stop();
        return false;
      }
    }
    return true;
  }

  private boolean layOut(Order.Setup asked) throws IOException {
    setup = asked;
    switch (asked.servers()) {
      case Outcome.Failed<Servers> failed -> {
        words.write(new Word.Failed(failed.message()));
        return false;
      }
      case Outcome.Done<Servers>(Servers known) -> servers = known;
    }
    switch (ScenarioReader.read(asked.name(), asked.scenario())) {
      case Outcome.Failed<Scenario> failed -> {
        words.write(new Word.Failed(failed.message()));
        return false;
      }
      case Outcome.Done<Scenario>(Scenario scenario) -> {
        for (PublisherPlan publisher : Plan.of(scenario, asked.runId()).publishers()) {
          if (publisher.index() % asked.workers() == asked.worker()) {
            publishers.add(publisher);
          }
        }
      }
    }
    long messages = publishers.stream().mapToLong(PublisherPlan::messages).sum();
    words.write(new Word.Ready(publishers.size(), messages));
    return true;
  }

  private Fleet connect() throws IOException {
    Order.Setup asked = setup;
    Servers to = servers;
    if (asked == null || to == null || seats.size() != publishers.size()) {
      throw new AssertionError("BUG: told to connect before all tokens were there");
    }
    List<InetAddress> sources = new ArrayList<>();
    for (String source : asked.sources()) {
      sources.add(InetAddress.getByName(source));
    }
    FleetOptions options =
        new FleetOptions(
            to,
            asked.connectPerSecond(),
            asked.loops(),
            FleetOptions.KEEP_ALL,
            System::nanoTime,
            sources,
            asked.password());
    return Fleet.connect(asked.runId(), List.copyOf(seats), options);
  }

  private Fleet fleet() {
    if (fleet == null) {
      throw new AssertionError("BUG: told to send before it was told to connect");
    }
    return fleet;
  }

  private void stop() throws IOException {
    Fleet stopping = fleet();
    List<Ledger> ledgers = stopping.stop();
    tell(stopping.figures());
    for (int from = 0; from < ledgers.size(); from += LEDGERS_A_LINE) {
      List<Ledger> some = ledgers.subList(from, Math.min(ledgers.size(), from + LEDGERS_A_LINE));
      words.write(new Word.Ledgers(some.stream().map(Ledger::toBytes).toList()));
    }
    words.write(new Word.Done());
  }

  private void tellFigures(Fleet started) {
    try {
      while (true) {
        Thread.sleep(TELL_EVERY);
        tell(started.figures());
        String failure = started.failure();
        if (failure != null) {
          words.write(new Word.Failed(failure));
          return;
        }
      }
    } catch (InterruptedException | IOException e) {
      // The end of the process, or nobody listens: the main thread notices that too.
    }
  }

  private synchronized void tell(Figures figures) throws IOException {
    Figures.Latencies recent = figures.drainInto(Figures.Latencies.empty());
    words.write(
        new Word.Counted(
            figures.counts(),
            figures.byFleet(),
            ProcessHealth.here(),
            Lines.bytes(recent.ack()),
            Lines.bytes(recent.ackFromSend()),
            Lines.bytes(recent.lag()),
            figures.lastTrouble(),
            figures.hopeless()));
  }
}
