package qiantang.sim.fleet;

import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.function.LongSupplier;
import qiantang.sim.wire.WireLoop;

/** Wakes the publishers of one loop when their messages fall due. Loop thread only. */
final class Pacer {
  /** Wakes at most this often; what falls due in between goes together and shows as lag. */
  private static final long TICK_NANOS = 1_000_000;

  private static final long RESERVED_AGAIN_NANOS = 10_000_000;

  private static final Duration UPKEEP_EVERY = Duration.ofSeconds(1);

  private final WireLoop loop;
  private final List<Publisher> publishers;
  private final FleetOptions options;
  private final PriorityQueue<Publisher> byDueTime =
      new PriorityQueue<>(Comparator.comparingLong(Publisher::nextDueNanos));
  private long startNanos;
  private LongSupplier reservedUntilNanos = () -> Long.MAX_VALUE;
  private boolean stopping;

  Pacer(WireLoop loop, List<Publisher> publishers, FleetOptions options) {
    this.loop = loop;
    this.publishers = publishers;
    this.options = options;
  }

  void connectAll(int perSecond) {
    for (int i = 0; i < publishers.size(); i++) {
      loop.schedule(publishers.get(i)::connect, Duration.ofNanos(1_000_000_000L * i / perSecond));
    }
    loop.schedule(this::upkeep, UPKEEP_EVERY);
  }

  void begin(long startMillis, long startNanos, LongSupplier reservedUntilNanos) {
    this.startNanos = startNanos;
    this.reservedUntilNanos = reservedUntilNanos;
    for (Publisher publisher : publishers) {
      publisher.begin(startMillis, startNanos);
      if (publisher.hasMore()) {
        byDueTime.add(publisher);
      }
    }
    pace();
  }

  void stop() {
    stopping = true;
    publishers.forEach(Publisher::stop);
  }

  List<Ledger> ledgers() {
    return ledgers(0, publishers.size());
  }

  List<Ledger> ledgers(int from, int to) {
    return publishers.subList(from, to).stream()
        .map(publisher -> publisher.ledger().copy())
        .toList();
  }

  private void pace() {
    long now = options.nanos().getAsLong();
    if (now - startNanos >= reservedUntilNanos.getAsLong()) {
      // The journal waits for the disk. What falls due meanwhile goes late, and shows as lag.
      if (!stopping) {
        loop.schedule(this::pace, Duration.ofNanos(RESERVED_AGAIN_NANOS));
      }
      return;
    }
    while (!byDueTime.isEmpty() && byDueTime.peek().nextDueNanos() <= now) {
      // Out of the queue while its time changes: the queue orders by it.
      Publisher publisher = byDueTime.remove();
      publisher.becomeDue(now);
      if (publisher.hasMore()) {
        byDueTime.add(publisher);
      }
    }
    if (!stopping && !byDueTime.isEmpty()) {
      long delay = byDueTime.element().nextDueNanos() - options.nanos().getAsLong();
      loop.schedule(this::pace, Duration.ofNanos(Math.max(TICK_NANOS, delay)));
    }
  }

  private void upkeep() {
    long now = options.nanos().getAsLong();
    publishers.forEach(publisher -> publisher.tick(now));
    if (!stopping) {
      loop.schedule(this::upkeep, UPKEEP_EVERY);
    }
  }
}
