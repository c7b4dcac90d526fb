package qiantang.bench;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import qiantang.store.cassandra.Cassandra;
import qiantang.store.cassandra.CassandraConfig;
import qiantang.store.fold.FoldMeter;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;
import qiantang.store.model.MetricValue;
import qiantang.store.model.Reading;
import qiantang.store.model.Value;
import qiantang.store.registry.Enterprise;
import qiantang.store.registry.Retention;

/**
 * How fast folds work off a backlog, and what they cost: an hour of messages is written by an
 * injected clock, then one pass of the folds of a program that does nothing else sorts and packs
 * it.
 */
@Command(
    name = "folds",
    description = "Messages/s that sorter and packer work off, their cores, and what they write.",
    mixinStandardHelpOptions = true,
    showDefaultValues = true)
final class FoldsBench implements Callable<Integer> {
  private static final long PROGRESS_SECONDS = 120;
  private static final long PROGRESS_NANOS = 3_000_000_000L;
  private static final long LOOK_AGAIN_NANOS = 50_000;

  @Option(names = "--rate", description = "Messages a second that arrived.")
  private int rate = 5_000;

  @Option(names = "--minutes", description = "For how long they arrived.")
  private int minutes = 60;

  @Option(names = "--enterprises", description = "Enterprises the devices belong to.")
  private int enterprises = 100;

  @Option(names = "--metrics", description = "Metrics of a message.")
  private int metrics = 10;

  private final Random random = new Random(1);
  private @Nullable FoldMeter folding;
  private long toldNanos = System.nanoTime();

  /** One device's place in its random walk. */
  private static final class Walk {
    final EnterpriseId enterprise;
    final DeviceId device;
    final long[] hundredths;

    Walk(EnterpriseId enterprise, DeviceId device, int metrics) {
      this.enterprise = enterprise;
      this.device = device;
      hundredths = new long[metrics];
      for (int i = 0; i < metrics; i++) {
        hundredths[i] = 2000 + 100L * i;
      }
    }
  }

  @Override
  public Integer call() throws Exception {
    try (Database database = Database.inTemporaryFolder();
        Cassandra cassandra = Cassandra.connect(CassandraConfig.local(database.cqlPort()))) {
      run(cassandra, database);
    }
    return 0;
  }

  private void run(Cassandra cassandra, Database database) throws Exception {
    List<EnterpriseId> owners = new ArrayList<>();
    for (int i = 0; i < enterprises; i++) {
      EnterpriseId id = new EnterpriseId("enterprise-" + i);
      owners.add(id);
      cassandra
          .registry()
          .createEnterprise(
              new Enterprise(id, id.text(), "", List.of(), Retention.DAYS_30, Instant.now()))
          .toCompletableFuture()
          .join();
    }
    Instant begin =
        Instant.now().minus(Duration.ofMinutes(minutes + 30L)).truncatedTo(ChronoUnit.HOURS);
    try (VirtualIngest ingest =
        new VirtualIngest(
            cassandra.journal(),
            cassandra.folds(),
            cassandra.registry(),
            begin,
            this::waitAndTell)) {
      write(ingest, owners);
      ProcessHandle node = database.handle();
      Duration ownBefore = cpu(ProcessHandle.current());
      Duration nodeBefore = cpu(node);
      long beganNanos = System.nanoTime();
      folding = ingest.foldMeter();
      ingest.fold();
      double seconds = (System.nanoTime() - beganNanos) / 1e9;
      double own = cpu(ProcessHandle.current()).minus(ownBefore).toMillis() / 1e3;
      double theirs = cpu(node).minus(nodeBefore).toMillis() / 1e3;
      print(ingest.foldMeter(), seconds, own, theirs);
    }
  }

  /** While the database has not answered. */
  private void waitAndTell() {
    LockSupport.parkNanos(LOOK_AGAIN_NANOS);
    FoldMeter meter = folding;
    if (meter != null && System.nanoTime() - toldNanos > PROGRESS_NANOS) {
      toldNanos = System.nanoTime();
      double samples = (double) rate * minutes * 60 * metrics;
      System.err.printf(
          "  sorted %,d MiB of frames, packed %.0f %% of the samples%n",
          meter.frameBytes() >> 20, 100 * meter.samples() / samples);
    }
  }

  private void write(VirtualIngest ingest, List<EnterpriseId> owners) {
    // Each device sends every 10 s, as the plan's fleet does.
    List<Walk> fleet = new ArrayList<>();
    for (int i = 0; i < rate * 10; i++) {
      fleet.add(new Walk(owners.get(i % owners.size()), new DeviceId("device-" + i), metrics));
    }
    Instant begin = ingest.now();
    for (int second = 0; second < minutes * 60; second++) {
      ingest.advanceTo(begin.plusSeconds(second));
      long eventTimeMicros = ChronoUnit.MICROS.between(Instant.EPOCH, ingest.now());
      for (int i = second % 10; i < fleet.size(); i += 10) {
        Walk walk = fleet.get(i);
        ingest.send(walk.enterprise, reading(walk, eventTimeMicros));
      }
      if (second % PROGRESS_SECONDS == 0) {
        System.err.printf("  written %d of %d min%n", second / 60, minutes);
      }
    }
    // Until the last span is over and whatever may be on time for it has come.
    ingest.advanceTo(begin.plus(Duration.ofMinutes(minutes + 20L)));
  }

  private Reading reading(Walk walk, long eventTimeMicros) {
    List<MetricValue> values = new ArrayList<>(metrics);
    for (int i = 0; i < metrics; i++) {
      walk.hundredths[i] += random.nextInt(21) - 10;
      values.add(new MetricValue("metric-" + i, new Value.Real(walk.hundredths[i] / 100.0)));
    }
    return new Reading(walk.device, eventTimeMicros, true, false, values);
  }

  private void print(FoldMeter meter, double seconds, double own, double theirs) {
    double messages = (double) rate * minutes * 60;
    if (meter.samples() != Math.round(messages * metrics)) {
      throw new IllegalStateException(
          "BUG: of %,.0f samples %,d are packed".formatted(messages * metrics, meter.samples()));
    }
    double perSecond = messages / seconds;
    double coresPer10k = own / messages * 10_000;
    long packed = meter.chunkBytes() + meter.stateBytes() + meter.rollupBytes();
    double all = meter.frameBytes() + meter.blockBytes() + packed;
    System.out.printf(
        "%,.0f messages of %d metrics, %d enterprises, %d min: folded in %.1f s, %.1f times as fast"
            + " as they came%n%n",
        messages, metrics, enterprises, minutes, seconds, perSecond / rate);
    System.out.println(
        "| messages/s | cores per 10,000 messages/s: folds, cassandra | B a message: journal,"
            + " blocks, chunks, states, rollups | all tiers, times the journal |");
    System.out.println("|---|---|---|---|");
    System.out.printf(
        "| %,.0f | %.3f, %.3f | %.1f, %.1f, %.1f, %.1f, %.1f | %.2f |%n%n",
        perSecond,
        coresPer10k,
        theirs / messages * 10_000,
        meter.frameBytes() / messages,
        meter.blockBytes() / messages,
        meter.chunkBytes() / messages,
        meter.stateBytes() / messages,
        meter.rollupBytes() / messages,
        all / meter.frameBytes());
    System.out.printf(
        "folds messages_per_s=%.0f times_arrival=%.1f cores_per_10k=%.3f"
            + " cassandra_cores_per_10k=%.3f amplification=%.2f%n",
        perSecond,
        perSecond / rate,
        coresPer10k,
        theirs / messages * 10_000,
        all / meter.frameBytes());
  }

  private static Duration cpu(ProcessHandle process) {
    return process.info().totalCpuDuration().orElse(Duration.ZERO);
  }
}
