package qiantang.store.read;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import qiantang.store.fold.EventId;
import qiantang.store.fold.FoldTables;
import qiantang.store.model.Counts;
import qiantang.store.model.Entry;
import qiantang.store.model.FrameKey;
import qiantang.store.model.LaneMinute;

/**
 * Reads one page of a device's connections. Which sessions are open is asked first, of the register
 * and of what is in none yet; then events, the newest first, until the page is full; then, where a
 * session of the page ended behind what was looked at, the events behind the page, in stretches
 * that grow: a session mostly ends where the next begins. Any thread.
 */
final class ConnectionsRead {
  // The first stretch, in which the sessions of most devices end; each other is four times as long.
  private static final Duration STRETCH = Duration.ofHours(1);

  private static final int GROWTH = 4;

  private final Tail tail;
  private final FoldTables folds;
  private final Blocks blocks;
  private final Registers registers;
  private final EventPages events;

  ConnectionsRead(Tail tail, FoldTables folds, Blocks blocks, EventPages events) {
    this.tail = tail;
    this.folds = folds;
    this.blocks = blocks;
    this.events = events;
    registers = new Registers(folds, tail.executor());
  }

  CompletionStage<ConnectionsAnswer> run(
      Positions positions, ConnectionsRequest request, long nowMicros) {
    ConnectionPage page = new ConnectionPage(request, positions.masks());
    ActivityMerge merge = new ActivityMerge(positions.masks());
    return readOpen(positions, request, page, merge)
        .thenComposeAsync(
            nothing -> {
              page.open(merge.openSessions(request.device()), EventPages.keptFromMicros(nowMicros));
              return events.visit(range(request, nowMicros), page);
            },
            tail.executor())
        .thenComposeAsync(
            nothing -> {
              long topMicros = Math.max(topMicros(request), EventPages.keptFromMicros(nowMicros));
              return new Ends(request, page, EventPages.reachMicros(nowMicros)).read(topMicros);
            },
            tail.executor())
        .thenCompose(nothing -> tail.starts(positions, merge.startsOfSessions()))
        .thenApply(starts -> page.answer(merge.sessions(starts, nowMicros)));
  }

  private static EventPages.Range range(ConnectionsRequest request, long nowMicros) {
    return new EventPages.Range(
        request.enterprise(),
        request.device(),
        Math.max(request.fromMicros(), EventPages.keptFromMicros(nowMicros)),
        Math.min(request.toMicros(), EventPages.reachMicros(nowMicros)),
        request.beforeId(),
        request.limit());
  }

  /** One scan of the tail for both: an end that one of them knows the other knows. */
  private CompletionStage<Void> readOpen(
      Positions positions, ConnectionsRequest request, ConnectionPage page, ActivityMerge merge) {
    WantedDevices wanted = WantedDevices.of(request.device());
    Tail.Visitor activity = merge.visitor(wanted);
    Tail.Visitor both =
        new Tail.Visitor() {
          @Override
          public void entry(FrameKey frame, int index, Entry entry) {
            activity.entry(frame, index, entry);
            page.entry(frame, index, entry);
          }

          @Override
          public void counts(LaneMinute partition, Counts counts) {
            activity.counts(partition, counts);
          }
        };
    return CompletableFuture.allOf(
        registers
            .visit(positions.enterprise(), request.device(), merge::register)
            .toCompletableFuture(),
        blocks.visitRecords(positions, block -> merge.records(block, wanted)).toCompletableFuture(),
        folds.readCounts(positions.enterprise()).thenAccept(merge::counts).toCompletableFuture(),
        tail.scanUnsorted(positions, request.device(), both)
            .thenAccept(scanned -> page.damaged(scanned.damagedFrames()))
            .toCompletableFuture());
  }

  /** From which time on events were not looked at. */
  private static long topMicros(ConnectionsRequest request) {
    String beforeId = request.beforeId();
    return beforeId == null
        ? request.toMicros()
        : Math.min(request.toMicros(), EventId.micros(beforeId));
  }

  /** The search for ends behind the page. */
  private final class Ends {
    private final ConnectionsRequest request;
    private final ConnectionPage page;
    private final ConnectionPage.Behind behind;
    private final long reachMicros;
    private long stretchMicros = STRETCH.toNanos() / 1000;

    Ends(ConnectionsRequest request, ConnectionPage page, long reachMicros) {
      this.request = request;
      this.page = page;
      this.reachMicros = reachMicros;
      behind = page.new Behind();
    }

    CompletionStage<Void> read(long fromMicros) {
      if (fromMicros >= reachMicros || behind.isFullOfEvents() || !page.isAnEndMissing()) {
        return CompletableFuture.completedFuture(null);
      }
      long toMicros = Math.min(fromMicros + stretchMicros, reachMicros);
      stretchMicros *= GROWTH;
      EventPages.Range stretch =
          new EventPages.Range(
              request.enterprise(), request.device(), fromMicros, toMicros, null, request.limit());
      return events
          .visit(stretch, behind)
          .thenComposeAsync(nothing -> read(toMicros), tail.executor());
    }
  }
}
