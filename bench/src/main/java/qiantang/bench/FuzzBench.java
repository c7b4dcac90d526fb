package qiantang.bench;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import qiantang.ingest.fuzz.Fuzz;

/**
 * Hostile inputs to everything that decodes; each that fails is told so that it can be replayed.
 */
@Command(
    name = "fuzz",
    description = {
      "Makes inputs from a seed and runs them through each decoder: nothing may be thrown, kept or",
      "allocated out of proportion, however a stream is split. Exit code 1 if something was."
    },
    mixinStandardHelpOptions = true,
    showDefaultValues = true)
final class FuzzBench implements Callable<Integer> {
  private static final Duration PROGRESS_PERIOD = Duration.ofSeconds(10);

  // An input that takes a second is told when it has ended; one that never does, so.
  private static final Duration STUCK = Duration.ofSeconds(30);

  // A bug that is everywhere needs no million witnesses.
  private static final int FAILURES_MAX = 20;

  @Option(names = "--inputs", description = "How many for each decoder.")
  private long inputs = 100_000;

  @Option(names = "--seed", description = "What the inputs are made from.")
  private long seed = 1;

  @Option(names = "--first", description = "Number of the seed's input to begin with.")
  private long first = 0;

  @Option(names = "--decoder", description = "The only decoder; else all, one after the other.")
  private @Nullable String decoder;

  @Option(names = "--threads", description = "How many run at once.")
  private int threads = 1;

  @Option(names = "--replay", description = "Hex of one input of --decoder, instead of a seed.")
  private @Nullable String replay;

  private final List<Fuzz> fuzzes = new CopyOnWriteArrayList<>();
  private final ConcurrentLinkedQueue<Fuzz.Failure> failures = new ConcurrentLinkedQueue<>();
  private final AtomicLong done = new AtomicLong();
  private int failed;

  @Override
  public Integer call() throws InterruptedException {
    System.setProperty("qiantang.log.console", "OFF"); // before anything logs of hostile peers
    if (replay != null) {
      return replay(replay);
    }
    long all = 0;
    for (String each : decoder == null ? Fuzz.DECODERS : List.of(decoder)) {
      fuzz(each);
      all += done.getAndSet(0);
    }
    System.out.printf("fuzz inputs=%d failures=%d%n", all, failed);
    return failed == 0 ? 0 : 1;
  }

  private int replay(String hex) {
    if (decoder == null) {
      System.err.println("--replay needs --decoder: the one that the failure names");
      return 2;
    }
    String fault = new Fuzz(decoder).fault(HexFormat.of().parseHex(hex));
    System.out.println(fault == null ? "nothing is wrong" : fault);
    System.out.printf("fuzz inputs=1 failures=%d%n", fault == null ? 0 : 1);
    return fault == null ? 0 : 1;
  }

  private void fuzz(String name) throws InterruptedException {
    long beganNanos = System.nanoTime();
    fuzzes.clear();
    AtomicLong next = new AtomicLong(first);
    List<Thread> running = new ArrayList<>();
    for (int i = 0; i < threads; i++) {
      running.add(Thread.ofPlatform().daemon().name("fuzz-" + i).start(() -> run(name, next)));
    }
    for (Thread thread : running) {
      while (!thread.join(PROGRESS_PERIOD)) {
        tell(name, beganNanos);
        if (tellOfStuck(name)) {
          return; // it cannot be stopped; the others are told of when it is mended
        }
      }
    }
    tell(name, beganNanos);
    failures.forEach(System.out::println);
    failed += failures.size();
    failures.clear();
  }

  private void run(String name, AtomicLong next) {
    Fuzz fuzz = new Fuzz(name);
    fuzzes.add(fuzz);
    while (failures.size() < FAILURES_MAX) {
      long index = next.getAndIncrement();
      if (index >= first + inputs) {
        return;
      }
      Fuzz.Failure failure = fuzz.run(seed, index);
      if (failure != null) {
        failures.add(failure);
      }
      done.incrementAndGet();
    }
  }

  private boolean tellOfStuck(String name) {
    for (Fuzz fuzz : fuzzes) {
      byte[] input = fuzz.stuck(STUCK);
      if (input != null) {
        System.out.printf(
            "FAILED --decoder %s --seed %d --replay %s%n  does not end%n",
            name, seed, HexFormat.of().formatHex(input));
        failed++;
        return true;
      }
    }
    return false;
  }

  private void tell(String name, long beganNanos) {
    double elapsedSeconds = (System.nanoTime() - beganNanos) / 1e9;
    System.err.printf(
        "%s: %,d of %,d inputs of seed %d, %,.0f a second, %d failures%n",
        name, done.get(), inputs, seed, done.get() / elapsedSeconds, failures.size());
  }
}
