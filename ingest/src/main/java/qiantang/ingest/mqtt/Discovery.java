package qiantang.ingest.mqtt;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import qiantang.ingest.auth.EnterpriseRules;
import qiantang.ingest.meter.IngestMeter;
import qiantang.store.journal.Timers;
import qiantang.store.registry.Device;
import qiantang.store.registry.Registry;

/**
 * Enters sub-devices in the registry, behind the sessions' backs: no message waits for it (I3). The
 * births are in the journal already, so what is left out here when the queue is full is only not
 * listed until the device's next session.
 */
public final class Discovery {
  // 10 gateways with 2,000 devices each may come at once; about 4 MB.
  private static final int WAITING_MAX = 20_000;

  // Each is a transaction in the store; more would take it from the journal.
  private static final int UNDER_WAY_MAX = 16;

  private static final Duration RETRY = Duration.ofSeconds(1);

  private static final Logger logger = LoggerFactory.getLogger(Discovery.class);

  private final Registry registry;
  private final Executor executor;
  private final Timers timers;
  private final IngestMeter meter;
  private final AtomicInteger size = new AtomicInteger();

  /** A device with the rules by which it counts as a new one, until it is known not to be. */
  private record Found(EnterpriseRules rules, Device device) {}

  // Touched only by tasks of the executor, which has one thread.
  private final ArrayDeque<Found> waiting = new ArrayDeque<>();
  private int underWay;

  /** A queue that is worked off by one thread. */
  public Discovery(Registry registry, Executor oneThread, Timers timers, IngestMeter meter) {
    this.registry = registry;
    this.executor = oneThread;
    this.timers = timers;
    this.meter = meter;
  }

  /**
   * A gateway speaks for this device, and has taken one of the enterprise's new devices. Any
   * thread; returns at once.
   */
  void found(EnterpriseRules rules, Device device) {
    if (size.incrementAndGet() > WAITING_MAX) {
      size.decrementAndGet();
      meter.discoveryLeft();
      rules.usage().giveNewDevice(rules.limits()); // nobody looks whether it is one
      return;
    }
    executor.execute(
        () -> {
          waiting.add(new Found(rules, device));
          next();
        });
  }

  private void next() {
    while (underWay < UNDER_WAY_MAX && !waiting.isEmpty()) {
      Found found = waiting.remove();
      underWay++;
      registry
          .discoverDevice(found.device())
          .whenComplete((isNew, error) -> executor.execute(() -> completed(found, isNew, error)));
    }
  }

  private void completed(Found found, @Nullable Boolean isNew, @Nullable Throwable error) {
    if (error == null) {
      if (!Boolean.TRUE.equals(isNew)) {
        found.rules().usage().giveNewDevice(found.rules().limits());
      }
      underWay--;
      size.decrementAndGet();
      next();
      return;
    }
    logger.debug("cannot enter device {}, trying again: {}", found.device().id(), error.toString());
    // It keeps its place under way, so that an outage makes 16 tries a second and not thousands.
    timers.after(
        RETRY,
        () ->
            executor.execute(
                () -> {
                  underWay--;
                  waiting.add(found);
                  next();
                }));
  }
}
