package qiantang.bench;

import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.SingleWriterRecorder;
import qiantang.store.codec.EntryCodec;
import qiantang.store.journal.Append;
import qiantang.store.journal.ByteBudget;
import qiantang.store.journal.Journal;
import qiantang.store.journal.JournalMeter;
import qiantang.store.journal.JournalTables;
import qiantang.store.journal.Lane;
import qiantang.store.model.Counts;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;
import qiantang.store.model.Entry;
import qiantang.store.model.MetricValue;
import qiantang.store.model.Reading;
import qiantang.store.model.StartId;
import qiantang.store.model.Value;

/** The journal without MQTT: keeps so many entries outstanding and counts what commits. */
final class JournalLoad implements AutoCloseable {
  private static final Counts ONE = new Counts(1, 0, 1, 0);

  private final ScheduledExecutorService timers = Executors.newSingleThreadScheduledExecutor();
  private final ExecutorService loop = Executors.newSingleThreadExecutor();
  private final SingleWriterRecorder latencyMicros = new SingleWriterRecorder(3_600_000_000L, 3);
  private final ByteBudget budget = new ByteBudget(1 << 30);
  private final Journal journal;
  private final LongAdder acknowledged = new LongAdder();
  private volatile boolean sending = true;

  JournalLoad(JournalTables tables) throws InterruptedException {
    journal =
        new Journal(
            tables,
            new StartId(UUID.randomUUID()),
            "bench",
            InstantSource.system(),
            System::nanoTime,
            (delay, task) -> {
              var _ = timers.schedule(task, delay.toNanos(), TimeUnit.NANOSECONDS);
            },
            new JournalMeter(System::nanoTime, (bytes, entries, nanos) -> {}),
            () -> {});
    journal.open().toCompletableFuture().join();
  }

  /** Begins with so many entries outstanding, spread over so many enterprises. */
  void send(int outstanding, int enterprises) {
    byte[] entry = entry();
    List<EnterpriseId> owners = new ArrayList<>();
    for (int i = 0; i < enterprises; i++) {
      owners.add(new EnterpriseId("enterprise-" + i));
    }
    loop.execute(
        () -> {
          for (int i = 0; i < outstanding; i++) {
            append(owners.get(i % enterprises), entry);
          }
        });
  }

  private void append(EnterpriseId owner, byte[] entry) {
    Lane lane = journal.lane(owner);
    long sentNanos = System.nanoTime();
    if (!budget.tryTake(entry.length)) {
      throw new AssertionError("BUG: the budget holds all outstanding entries");
    }
    lane.append(
        new Append(
            owner,
            entry,
            ONE,
            budget,
            entry.length,
            loop,
            result -> {
              latencyMicros.recordValue((System.nanoTime() - sentNanos) / 1000);
              acknowledged.increment();
              if (sending) {
                append(owner, entry);
              }
            }));
  }

  // One reading of two metrics, as the MQTT load has it.
  private static byte[] entry() {
    DeviceId device = new DeviceId("device-000001");
    long nowMicros = System.currentTimeMillis() * 1000;
    return EntryCodec.encode(
        new Entry.Readings(
            device,
            nowMicros,
            List.of(
                new Reading(
                    device,
                    nowMicros,
                    true,
                    false,
                    List.of(
                        new MetricValue("temperature", new Value.Real(42.17)),
                        new MetricValue("note", new Value.Text("x".repeat(38))))))));
  }

  long acknowledged() {
    return acknowledged.sum();
  }

  Histogram takeLatencyMicros() {
    return latencyMicros.getIntervalHistogram();
  }

  @Override
  public void close() {
    sending = false;
    journal.close();
    loop.shutdownNow();
    timers.shutdownNow();
  }
}
