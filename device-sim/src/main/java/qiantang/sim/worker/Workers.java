package qiantang.sim.worker;

import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import qiantang.sim.fleet.Backoff;
import qiantang.sim.fleet.Disturbance;
import qiantang.sim.fleet.Figures;
import qiantang.sim.fleet.FleetOptions;
import qiantang.sim.fleet.Ledger;
import qiantang.sim.fleet.Load;
import qiantang.sim.fleet.ProcessHealth;
import qiantang.sim.fleet.Seat;
import qiantang.sim.outcome.Count;
import qiantang.sim.outcome.ExitCode;
import qiantang.sim.outcome.Outcome;
import qiantang.sim.wire.Addresses;
import qiantang.sim.wire.Servers;

/** Publishers dealt out to worker processes. One thread starts, asks and closes it. */
public final class Workers implements Load {
  /** JVMs that lay out a plan of 100,000 publishers each, on a machine that is busy with it. */
  private static final Duration READY_MAX = Duration.ofSeconds(60);

  /** Connections are closed and ledgers told; a stopped worker that takes longer hangs. */
  private static final Duration STOP_MAX = Duration.ofSeconds(60);

  /** As often as a loop looks whether it may send on. */
  private static final long RESERVE_NANOS = 10_000_000;

  /** Tokens in one line: 100 KiB of it. */
  private static final int TOKENS_A_LINE = 1_000;

  private final List<Child> children;
  private final int loops;
  private final int seats;
  private final Figures figures;
  private @Nullable List<Ledger> ledgers;
  private @Nullable String failure;
  private volatile boolean closed;

  private Workers(List<Child> children, int loops, int seats, Figures figures) {
    this.children = children;
    this.loops = loops;
    this.seats = seats;
    this.figures = figures;
  }

  /**
   * The scenario that all workers lay out for themselves.
   *
   * @param name for messages
   * @param text of its file
   */
  public record Source(String name, String text, String runId) {}

  /** Starts the processes and begins to connect all publishers. */
  public static Outcome<Load> connect(
      Source source, List<Seat> seats, FleetOptions options, int workers, PrintWriter err) {
    Figures figures = new Figures();
    List<Child> children = new ArrayList<>();
    Workers all = new Workers(children, options.loops(), seats.size(), figures);
    try {
      for (int w = 0; w < workers; w++) {
        Child child = Child.start(w, figures, err);
        children.add(child);
        child.tell(setup(source, options, w, workers));
      }
      all.check(seats);
      for (int w = 0; w < workers; w++) {
        tellTokens(children.get(w), seats, w, workers);
        children.get(w).tell(new Order.Connect());
      }
    } catch (IOException e) {
      all.close();
      return new Outcome.Failed<>(
          ExitCode.GENERATOR_LIMITED,
          "cannot start " + Count.of(workers, "worker") + ": " + e.getMessage());
    }
    figures.addAll(children);
    return new Outcome.Done<>(all);
  }

  private static Order.Setup setup(Source source, FleetOptions options, int worker, int workers) {
    Addresses plain = options.servers().plain();
    Servers.Secured secured = options.servers().secured();
    return new Order.Setup(
        source.name(),
        source.text(),
        source.runId(),
        worker,
        workers,
        Order.Host.of(plain),
        Order.Host.of(secured == null ? null : secured.addresses()),
        secured == null ? null : secured.authorities(),
        Math.max(1, options.connectPerSecond() / workers),
        options.loops(),
        options.sources().stream().map(InetAddress::getHostAddress).toList(),
        options.password());
  }

  /** A worker that laid out another plan than ours would fail the audit, and nobody knew why. */
  private void check(List<Seat> seats) throws IOException {
    long publishers = 0;
    long messages = 0;
    try {
      for (Child child : children) {
        Word.Ready ready = child.ready().get(READY_MAX.toMillis(), TimeUnit.MILLISECONDS);
        publishers += ready.publishers();
        messages += ready.messages();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    } catch (TimeoutException e) {
      throw new IOException("no plan within " + READY_MAX.toSeconds() + " s", e);
    } catch (ExecutionException e) {
      Throwable cause = e.getCause();
      throw new IOException(cause == null ? "for no reason" : cause.getMessage(), e);
    }
    long planned = seats.stream().mapToLong(seat -> seat.plan().messages()).sum();
    if (publishers != seats.size() || messages != planned) {
      throw new AssertionError(
          "BUG: workers plan %d messages of %d publishers, we %d of %d"
              .formatted(messages, publishers, planned, seats.size()));
    }
  }

  private static void tellTokens(Child child, List<Seat> seats, int worker, int workers) {
    List<String> tokens = new ArrayList<>();
    for (int i = worker; i < seats.size(); i += workers) {
      tokens.add(seats.get(i).token());
      if (tokens.size() == TOKENS_A_LINE) {
        child.tell(new Order.Tokens(List.copyOf(tokens)));
        tokens.clear();
      }
    }
    child.tell(new Order.Tokens(tokens));
  }

  @Override
  public void begin(long startMillis, LongSupplier reservedUntilNanos) {
    long reserved = reservedUntilNanos.getAsLong();
    tellAll(new Order.Begin(startMillis, reserved));
    if (reserved < Long.MAX_VALUE) {
      Thread.ofPlatform()
          .daemon()
          .name("reserve")
          .start(() -> passOn(reserved, reservedUntilNanos));
    }
  }

  private void passOn(long first, LongSupplier reservedUntilNanos) {
    long told = first;
    while (!closed) {
      long reserved = reservedUntilNanos.getAsLong();
      if (reserved != told) {
        tellAll(new Order.Reserve(reserved));
        told = reserved;
      }
      LockSupport.parkNanos(RESERVE_NANOS);
    }
  }

  @Override
  public void disturb(Disturbance disturbance) {
    Backoff backoff = disturbance.backoff();
    tellAll(
        new Order.Disturb(
            disturbance.kind(),
            disturbance.lot().seed(),
            disturbance.lot().chosen(),
            disturbance.lot().of(),
            backoff.base().toMillis(),
            backoff.cap().toMillis()));
  }

  private void tellAll(Order order) {
    children.forEach(child -> child.tell(order));
  }

  @Override
  public Figures figures() {
    return figures;
  }

  @Override
  public List<ProcessHealth> workers() {
    return children.stream().map(Child::health).toList();
  }

  /** The processes, for whoever wants to know what they take. */
  public List<Long> pids() {
    return children.stream().map(Child::pid).toList();
  }

  @Override
  public @Nullable String failure() {
    for (Child child : children) {
      if (failure == null && child.end().isDone()) {
        failure = child.end().join();
      }
    }
    return failure;
  }

  @Override
  public int parts() {
    return children.size() * loops;
  }

  /** Answers empty ledgers where {@link #failure} says why. All workers look at once. */
  @Override
  public List<Ledger> ledgers(int from, int to) {
    Ledger[] ledgers = new Ledger[to - from];
    Arrays.setAll(ledgers, _ -> new Ledger());
    int count = children.size();
    List<Future<List<Ledger>>> asked = new ArrayList<>();
    for (int w = 0; w < count; w++) {
      int first = Math.ceilDiv(from - w, count);
      int end = Math.ceilDiv(to - w, count);
      asked.add(
          first < end
              ? children.get(w).ask(first, end)
              : CompletableFuture.completedFuture(List.of()));
    }
    for (int w = 0; w < count && failure() == null; w++) {
      int first = Math.ceilDiv(from - w, count);
      List<Ledger> some = answer(children.get(w), asked.get(w));
      for (int i = first; i < first + some.size(); i++) {
        ledgers[i * count + w - from] = some.get(i - first);
      }
    }
    return List.of(ledgers);
  }

  private List<Ledger> answer(Child child, Future<List<Ledger>> asked) {
    try {
      return asked.get(STOP_MAX.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      return List.of(); // the failure says why
    } catch (TimeoutException e) {
      failure =
          "worker (pid " + child.pid() + ") does not answer within " + STOP_MAX.toSeconds() + " s";
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      failure = "interrupted";
    }
    return List.of();
  }

  /** Answers nothing where {@link #failure} says why. */
  @Override
  public List<Ledger> stop() {
    if (ledgers == null) {
      tellAll(new Order.Stop());
      List<List<Ledger>> byWorker = new ArrayList<>();
      for (Child child : children) {
        awaitEnd(child);
        byWorker.add(child.ledgers());
      }
      ledgers = failure() == null ? inOrder(byWorker) : List.of();
    }
    return ledgers;
  }

  private List<Ledger> inOrder(List<List<Ledger>> byWorker) {
    List<Ledger> all = new ArrayList<>();
    for (int i = 0; i < seats; i++) {
      all.add(byWorker.get(i % byWorker.size()).get(i / byWorker.size()));
    }
    return all;
  }

  private void awaitEnd(Child child) {
    try {
      var _ = child.end().get(STOP_MAX.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      failure =
          "worker (pid " + child.pid() + ") does not stop within " + STOP_MAX.toSeconds() + " s";
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      failure = "interrupted";
    } catch (ExecutionException e) {
      throw new AssertionError("BUG: a worker's end is a value", e);
    }
  }

  @Override
  public void close() {
    closed = true;
    children.forEach(Child::close);
  }
}
