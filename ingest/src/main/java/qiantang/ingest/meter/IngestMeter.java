package qiantang.ingest.meter;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import qiantang.store.model.Reason;
import qiantang.store.registry.Quota;

/** The counters, histograms and gauges of a node. */
public final class IngestMeter {
  // Powers of about two around the goal of 250 ms at p99.
  private static final Duration[] LATENCIES = {
    Duration.ofMillis(1),
    Duration.ofMillis(2),
    Duration.ofMillis(5),
    Duration.ofMillis(10),
    Duration.ofMillis(25),
    Duration.ofMillis(50),
    Duration.ofMillis(100),
    Duration.ofMillis(250),
    Duration.ofMillis(500),
    Duration.ofSeconds(1),
    Duration.ofSeconds(5),
    Duration.ofSeconds(30)
  };

  private final Exposition exposition = new Exposition();
  private final MeterRegistry registry = exposition.registry();
  private final AtomicLong connections = new AtomicLong();
  private final Counter logins;
  private final Counter loginsDenied;
  private final Counter loginsUndecided;
  private final Counter accepted;
  private final Counter unanswered;
  private final Counter lost;
  private final Counter repeated;
  private final Map<Reason, Counter> refused = new EnumMap<>(Reason.class);
  private final Map<Reason, Counter> readingsRefused = new EnumMap<>(Reason.class);
  private final Map<Quota, Counter> slowed = new EnumMap<>(Quota.class);
  private final Map<Quota, Counter> overQuota = new EnumMap<>(Quota.class);
  private final Counter readings;
  private final Counter pauses;
  private final Counter discoveriesLeft;
  private final Timer acknowledgement;
  private final Timer frameWrite;
  private final DistributionSummary frameBytes;
  private final DistributionSummary frameEntries;

  /** All at zero. */
  public IngestMeter() {
    exposition.gauge("qiantang_ingest_connections", "open MQTT connections", connections::get);
    String login = "qiantang_ingest_logins";
    logins = Counter.builder(login).tag("outcome", "granted").register(registry);
    loginsDenied = Counter.builder(login).tag("outcome", "denied").register(registry);
    loginsUndecided = Counter.builder(login).tag("outcome", "undecided").register(registry);
    String message = "qiantang_ingest_messages";
    accepted = messages(message, "accepted", "none");
    unanswered = messages(message, "unanswered", "none");
    repeated = messages(message, "repeated", "none");
    for (Reason reason : Reason.values()) {
      refused.put(reason, messages(message, "refused", reason.word()));
      readingsRefused.put(
          reason,
          Counter.builder("qiantang_ingest_readings_refused")
              .tag("reason", reason.word())
              .register(registry));
    }
    for (Quota quota : Quota.values()) {
      slowed.put(
          quota,
          Counter.builder("qiantang_ingest_slowed")
              .description("messages after which their sender had to wait")
              .tag("quota", quota.word())
              .register(registry));
      overQuota.put(
          quota,
          Counter.builder("qiantang_ingest_over_quota")
              .description("connects, messages and devices of messages that a quota refused")
              .tag("quota", quota.word())
              .register(registry));
    }
    readings = Counter.builder("qiantang_ingest_readings").register(registry);
    lost =
        Counter.builder("qiantang_ingest_messages_lost")
            .description("messages that did not come, by the sequence numbers of those that did")
            .register(registry);
    pauses =
        Counter.builder("qiantang_ingest_pauses")
            .description("times a session was not read because a byte budget was full")
            .register(registry);
    discoveriesLeft =
        Counter.builder("qiantang_ingest_discoveries_left")
            .description("sub-devices not entered in the registry because its queue was full")
            .register(registry);
    acknowledgement = timer("qiantang_ingest_ack_seconds", "from the PUBLISH to its PUBACK");
    frameWrite = timer("qiantang_ingest_frame_write_seconds", "one write of a frame");
    frameBytes = summary("qiantang_ingest_frame_bytes", 256, 1024, 4096, 16384, 65536, 262144);
    frameEntries = summary("qiantang_ingest_frame_entries", 1, 4, 16, 64, 256, 1024, 4096);
  }

  /** A connection was opened. */
  public void connected() {
    connections.incrementAndGet();
  }

  /** A connection was closed. */
  public void disconnected() {
    connections.decrementAndGet();
  }

  /** Open connections. */
  public long connections() {
    return connections.get();
  }

  /** A login was granted. */
  public void loginGranted() {
    logins.increment();
  }

  /** A login was refused. */
  public void loginDenied() {
    loginsDenied.increment();
  }

  /** A login could not be decided: the store is away or the node is not ready. */
  public void loginUndecided() {
    loginsUndecided.increment();
  }

  /** A message was stored and answered. */
  public void accepted(int messageReadings, long nanos) {
    accepted.increment();
    readings.increment(messageReadings);
    acknowledgement.record(nanos, TimeUnit.NANOSECONDS);
  }

  /** A message was refused, for good: it was answered, or its sender was cut off. */
  public void refused(Reason reason) {
    count(refused, reason, 1);
  }

  /** Readings were refused, of a message that was accepted or not. */
  public void readingsRefused(Reason reason, int count) {
    count(readingsRefused, reason, count);
  }

  /** A message gets no answer: the session or the journal ended before it was stored. */
  public void unanswered() {
    unanswered.increment();
  }

  /** Messages were sent to this node and did not come. */
  public void lost(int messages) {
    lost.increment(messages);
  }

  /** A QoS 2 message came again within its exchange: it was counted when it came first. */
  public void repeated() {
    repeated.increment();
  }

  /** A message was taken and its sender slowed. */
  public void slowed(Quota quota) {
    count(slowed, quota, 1);
  }

  /** Something was refused because a quota is used up. */
  public void overQuota(Quota quota) {
    count(overQuota, quota, 1);
  }

  /** A session is not read for a while. */
  public void paused() {
    pauses.increment();
  }

  /** A sub-device was not entered in the registry. */
  public void discoveryLeft() {
    discoveriesLeft.increment();
  }

  /** A frame was stored. */
  public void frameStored(int bytes, int entries, long nanos) {
    frameWrite.record(nanos, TimeUnit.NANOSECONDS);
    frameBytes.record(bytes);
    frameEntries.record(entries);
  }

  /** Where they can be read, and what else the node shows. */
  public Exposition exposition() {
    return exposition;
  }

  private static <K> void count(Map<K, Counter> counters, K kind, int count) {
    Counter counter = counters.get(kind);
    if (counter == null) {
      throw new AssertionError("BUG: no counter for " + kind);
    }
    counter.increment(count);
  }

  private Counter messages(String name, String outcome, String reason) {
    return Counter.builder(name).tag("outcome", outcome).tag("reason", reason).register(registry);
  }

  private Timer timer(String name, String description) {
    return Timer.builder(name)
        .description(description)
        .serviceLevelObjectives(LATENCIES)
        .register(registry);
  }

  private DistributionSummary summary(String name, double... bounds) {
    return DistributionSummary.builder(name).serviceLevelObjectives(bounds).register(registry);
  }
}
