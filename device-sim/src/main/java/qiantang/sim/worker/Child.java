package qiantang.sim.worker;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import qiantang.sim.fleet.FigureSource;
import qiantang.sim.fleet.Figures;
import qiantang.sim.fleet.FleetCounts;
import qiantang.sim.fleet.Ledger;
import qiantang.sim.fleet.ProcessHealth;

/** One worker process as its coordinator sees it. Its own thread listens; any thread may ask. */
final class Child implements FigureSource, AutoCloseable {
  private static final Duration END_MAX = Duration.ofSeconds(5);

  /** Exit codes above it are a signal's number more, as of Process on Unix. */
  private static final int KILLED = 128;

  private final int number;
  private final Process process;
  private final Lines.Writer<Order> orders;
  private final Figures figures;
  private final List<Ledger> ledgers = new ArrayList<>();
  private final CompletableFuture<Word.Ready> ready = new CompletableFuture<>();

  private volatile CompletableFuture<List<Ledger>> answer = new CompletableFuture<>();

  /** Null once it has told all, else why it has not. */
  private final CompletableFuture<@Nullable String> end = new CompletableFuture<>();

  private volatile Figures.Counts counts = Figures.Counts.NONE;
  private volatile List<FleetCounts> byFleet = List.of();
  private volatile ProcessHealth health = ProcessHealth.NONE;
  private volatile @Nullable String hopeless;
  private volatile @Nullable String lastLine;
  private Figures.Latencies recent = Figures.Latencies.empty();

  private Child(int number, Process process, Figures figures) {
    this.number = number;
    this.process = process;
    this.orders = new Lines.Writer<>(process.getOutputStream());
    this.figures = figures;
  }

  /** Starts the program that runs here once more, with its class path and flags. */
  static Child start(int number, Figures figures, PrintWriter err) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home", ""), "bin", "java").toString());
    for (String flag : ManagementFactory.getRuntimeMXBean().getInputArguments()) {
      // Debuggers and agents hold ports and files that there is one of.
      if (!flag.startsWith("-agent") && !flag.startsWith("-javaagent")) {
        command.add(flag);
      }
    }
    command.add("-cp");
    command.add(System.getProperty("java.class.path", ""));
    command.add(WorkerProgram.class.getName());
    Child child = new Child(number, new ProcessBuilder(command).start(), figures);
    Thread.ofPlatform().daemon().name("worker-" + number).start(child::listen);
    Thread.ofPlatform()
        .daemon()
        .name("worker-" + number + "-errors")
        .start(() -> child.passOnErrors(err));
    return child;
  }

  /** An order that an ended process cannot be given is no matter: the listener tells its end. */
  void tell(Order order) {
    try {
      orders.write(order);
    } catch (IOException e) {
      process
          .onExit()
          .orTimeout(END_MAX.toMillis(), TimeUnit.MILLISECONDS)
          .exceptionally(
              living -> {
                failed("it takes no orders, and goes on: " + e.getMessage());
                return process;
              });
    }
  }

  /** What became of some of its publishers' messages so far; one question at a time. */
  CompletableFuture<List<Ledger>> ask(int from, int to) {
    CompletableFuture<List<Ledger>> asked = new CompletableFuture<>();
    answer = asked;
    tell(new Order.Ask(from, to));
    if (end.isDone()) {
      asked.completeExceptionally(new IOException("the worker has ended"));
    }
    return asked;
  }

  CompletableFuture<Word.Ready> ready() {
    return ready;
  }

  /** Done when it has told all or failed; its value is the reason of a failure. */
  CompletableFuture<@Nullable String> end() {
    return end;
  }

  /** In the order of its publishers; after its end. */
  synchronized List<Ledger> ledgers() {
    return List.copyOf(ledgers);
  }

  @Override
  public Figures.Counts counts() {
    return counts;
  }

  @Override
  public List<FleetCounts> byFleet() {
    return byFleet;
  }

  @Override
  public @Nullable String hopeless() {
    return hopeless;
  }

  /** What it took, as it told last. */
  ProcessHealth health() {
    return health;
  }

  @Override
  public synchronized Figures.Latencies sinceLast() {
    Figures.Latencies taken = recent;
    recent = Figures.Latencies.empty();
    return taken;
  }

  long pid() {
    return process.pid();
  }

  @Override
  public void close() {
    try {
      process.getOutputStream().close();
    } catch (IOException e) {
      // It has ended already.
    }
    try {
      if (!process.waitFor(END_MAX.toMillis(), TimeUnit.MILLISECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }

  private void listen() {
    Lines.Reader<Word> words = new Lines.Reader<>(process.getInputStream(), Word.class);
    try {
      for (Word word = words.read(); word != null; word = words.read()) {
        heard(word);
      }
      int exitCode = process.waitFor();
      String end =
          exitCode > KILLED
              ? "it was ended by signal " + (exitCode - KILLED)
              : "it ended with exit code " + exitCode;
      String said = lastLine;
      failed(end + (said == null ? "; it said nothing" : "; its last line was: " + said));
    } catch (IOException e) {
      failed("it cannot be understood: " + e.getMessage());
    } catch (InterruptedException e) {
      failed("the coordinator is ending");
    }
  }

  private void heard(Word word) throws IOException {
    switch (word) {
      case Word.Ready told -> ready.complete(told);
      case Word.Counted told -> counted(told);
      case Word.Ledgers(List<byte[]> told) -> {
        synchronized (this) {
          told.forEach(bytes -> ledgers.add(Ledger.fromBytes(bytes)));
        }
      }
      case Word.Answer(List<byte[]> told) ->
          answer.complete(told.stream().map(Ledger::fromBytes).toList());
      case Word.Done _ -> end.complete(null);
      case Word.Failed(String reason) -> failed(reason);
    }
  }

  private synchronized void counted(Word.Counted told) throws IOException {
    recent.ack().add(Lines.histogram(told.ack()));
    recent.ackFromSend().add(Lines.histogram(told.ackFromSend()));
    recent.lag().add(Lines.histogram(told.lag()));
    counts = told.counts();
    byFleet = told.byFleet();
    health = told.health();
    hopeless = told.hopeless();
    if (!told.trouble().isEmpty()) {
      figures.trouble(told.trouble());
    }
  }

  private void failed(String reason) {
    String whole = "worker " + number + " (pid " + process.pid() + "): " + reason;
    end.complete(whole);
    ready.completeExceptionally(new IOException(whole));
    answer.completeExceptionally(new IOException(whole));
  }

  private void passOnErrors(PrintWriter err) {
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(process.getErrorStream(), StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        lastLine = line;
        err.println("worker " + number + ": " + line);
        err.flush();
      }
    } catch (IOException e) {
      // The process is gone, and what it did say has been passed on.
    }
  }
}
