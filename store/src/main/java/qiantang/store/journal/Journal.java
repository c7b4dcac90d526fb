package qiantang.store.journal;

import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import qiantang.store.journal.JournalTables.LanePosition;
import qiantang.store.journal.JournalTables.Start;
import qiantang.store.model.EnterpriseId;
import qiantang.store.model.StartId;

/** The writing side of one start: its lanes and its heartbeat. Any thread. */
public final class Journal implements AutoCloseable {
  /** Lanes of a start: with 6,000 messages/s each, a lane-minute stays within 10 MiB. */
  public static final int LANES = 16;

  private final JournalTables tables;
  private final StartId start;
  private final String node;
  private final boolean folds;
  private final long beginMinute;
  private final InstantSource clock;
  private final Ticker ticker;
  private final Lane[] lanes;
  private final Heartbeat heartbeat;
  private final StartWatch watch;
  private final JournalMeter meter;

  /** A journal of a node that folds. */
  public Journal(
      JournalTables tables,
      StartId start,
      String node,
      InstantSource clock,
      Ticker ticker,
      Timers timers,
      JournalMeter meter,
      Runnable onSealed) {
    this(tables, start, node, true, clock, ticker, timers, meter, onSealed);
  }

  /**
   * A journal that is not open yet.
   *
   * @param start 128 fresh random bits
   * @param node a name of this node for people
   * @param folds whether this node takes a share of the folds
   * @param onSealed run once when another node has declared this start ended: close the sessions
   *     and begin anew under a new start
   */
  public Journal(
      JournalTables tables,
      StartId start,
      String node,
      boolean folds,
      InstantSource clock,
      Ticker ticker,
      Timers timers,
      JournalMeter meter,
      Runnable onSealed) {
    this.tables = tables;
    this.start = start;
    this.node = node;
    this.folds = folds;
    this.clock = clock;
    this.ticker = ticker;
    this.meter = meter;
    lanes = new Lane[LANES];
    beginMinute = Math.floorDiv(clock.millis(), 60_000L);
    heartbeat =
        new Heartbeat(
            tables,
            start,
            node,
            folds,
            beginMinute,
            clock,
            ticker,
            timers,
            meter,
            this::positions,
            this::announced,
            onSealed);
    watch = new StartWatch(tables, start, ticker, timers);
    for (int i = 0; i < LANES; i++) {
      lanes[i] = new Lane(tables, start, i, clock, timers, heartbeat, meter);
    }
  }

  /**
   * Inserts the start's row and begins to beat. Until it completes nothing is acknowledged.
   *
   * <p>What was packed lies before the minute of some start. So a start whose clock is behind takes
   * the largest of them for its first minute: its frames can then never come behind the packer.
   */
  public CompletionStage<Void> open() {
    long sentNanos = ticker.nanos();
    long sentMillis = clock.millis();
    List<LanePosition> positions = positions();
    return tables
        .insertStart(new Start(start, node, beginMinute, 1, 0, false, folds, positions))
        // After the insert: a packer that does not see this start has packed nothing that the
        // starts seen here do not reach.
        .thenCompose(nothing -> tables.readStarts())
        .thenCompose(
            starts -> {
              watch.begin();
              long floorMinute = starts.stream().mapToLong(Start::reach).max().orElse(0);
              if (positions.stream().allMatch(lane -> lane.minute() >= floorMinute)) {
                announced(positions);
                heartbeat.begin(sentNanos, sentMillis);
                return CompletableFuture.<Void>completedFuture(null);
              }
              CompletableFuture<Void> opened = new CompletableFuture<>();
              for (Lane lane : lanes) {
                lane.beginAt(floorMinute);
              }
              heartbeat.whenFresh(() -> opened.complete(null));
              heartbeat.beginAnew();
              return opened;
            });
  }

  /** Which start this is. */
  public StartId start() {
    return start;
  }

  /** What was written so far. */
  public JournalMeter meter() {
    return meter;
  }

  /** The lane of an enterprise: one per node, chosen by hash. */
  public Lane lane(EnterpriseId enterprise) {
    // String.hashCode is the same in every JVM; the multiplication spreads its low bits.
    int hash = enterprise.text().hashCode() * 0x9E3779B9;
    return lanes[(hash >>> 16) % LANES];
  }

  /** Whether acknowledgements are possible now: the last heartbeat is younger than 20 s. */
  public boolean isFresh() {
    return heartbeat.isFresh();
  }

  /** For how long the oldest write under way has had no answer; zero where there is none. */
  public Duration oldestWrite() {
    long nanos = 0;
    for (Lane lane : lanes) {
      nanos = Math.max(nanos, lane.unansweredNanos());
    }
    return Duration.ofNanos(nanos);
  }

  /** For how long heartbeats have been sent without success; zero where the last one had it. */
  public Duration heartbeatSilence() {
    return heartbeat.silence();
  }

  /** Our wall clock minus the database's, as of the last heartbeat. */
  public Duration clockSkew() {
    return heartbeat.clockSkew();
  }

  /** Whether no entry waits and none is being written. */
  public boolean isIdle() {
    for (Lane lane : lanes) {
      if (!lane.isIdle()) {
        return false;
      }
    }
    return true;
  }

  /** Ends at once: what waits is told {@code Unavailable}. Drain before, if there is time. */
  @Override
  public void close() {
    watch.close();
    heartbeat.close();
    for (Lane lane : lanes) {
      lane.close();
    }
  }

  private List<LanePosition> positions() {
    List<LanePosition> positions = new ArrayList<>(LANES);
    for (Lane lane : lanes) {
      positions.add(lane.position());
    }
    return positions;
  }

  private void announced(List<LanePosition> positions) {
    for (int i = 0; i < LANES; i++) {
      lanes[i].announced(positions.get(i).minute());
    }
  }
}
