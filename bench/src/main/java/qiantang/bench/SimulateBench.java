package qiantang.bench;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import qiantang.store.simulation.Outcome;
import qiantang.store.simulation.Simulation;

/** Histories of the store from as many seeds as wanted; each that breaks a promise is named. */
@Command(
    name = "simulate",
    description = {
      "Runs a history of the store for each seed: nodes, folds and readers that stall, die and",
      "have wrong clocks over tables that fail, in virtual time. Exit code 1 if an answer was",
      "wrong."
    },
    mixinStandardHelpOptions = true,
    showDefaultValues = true)
final class SimulateBench implements Callable<Integer> {
  private static final Duration PROGRESS_PERIOD = Duration.ofSeconds(2);

  // A bug that is everywhere needs no million witnesses.
  private static final int VIOLATIONS_MAX = 100;

  @Option(names = "--seeds", description = "How many.")
  private long seeds = 10_000;

  @Option(names = "--first", description = "The first of them.")
  private long first = 1;

  @Option(names = "--threads", description = "How many run at once; 0 for one a processor.")
  private int threads = 0;

  @Option(names = "--trace", description = "Events told of each violation, the last so many.")
  private int trace = 0;

  private final AtomicLong begun = new AtomicLong();
  private final AtomicLong done = new AtomicLong();
  private final ConcurrentLinkedQueue<Long> violated = new ConcurrentLinkedQueue<>();

  @Override
  public Integer call() throws InterruptedException {
    // Before anything logs: lanes that try again and starts that are sealed are no news here.
    System.setProperty("qiantang.log.console", "OFF");
    long beganNanos = System.nanoTime();
    List<Thread> running = new ArrayList<>();
    int count = threads > 0 ? threads : Runtime.getRuntime().availableProcessors();
    for (int i = 0; i < count; i++) {
      running.add(Thread.ofPlatform().name("simulate-" + i).start(this::simulate));
    }
    for (Thread thread : running) {
      while (!thread.join(PROGRESS_PERIOD)) {
        tell(beganNanos);
      }
    }
    tell(beganNanos);
    violated.stream().sorted().forEach(this::tellOf);
    System.out.printf("simulate seeds=%d violations=%d%n", done.get(), violated.size());
    return violated.isEmpty() ? 0 : 1;
  }

  private void simulate() {
    while (violated.size() < VIOLATIONS_MAX) {
      long next = begun.getAndIncrement();
      if (next >= seeds) {
        return;
      }
      if (Simulation.violation(first + next) != null) {
        violated.add(first + next);
      }
      done.incrementAndGet();
    }
  }

  private void tell(long beganNanos) {
    double elapsedSeconds = (System.nanoTime() - beganNanos) / 1e9;
    System.err.printf(
        "%,d of %,d seeds, %,.0f a second, %d violations%n",
        done.get(), seeds, done.get() / elapsedSeconds, violated.size());
  }

  private void tellOf(long seed) {
    Outcome outcome = Simulation.run(seed, trace);
    outcome.lines().forEach(System.out::println);
    System.out.printf("seed %d: %s%n", seed, outcome.violation());
  }
}
