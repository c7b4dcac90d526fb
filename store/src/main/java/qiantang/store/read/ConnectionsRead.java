package qiantang.store.read;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import qiantang.store.fold.EventId;
import qiantang.store.fold.FoldTables;
import qiantang.store.model.Counts;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;
import qiantang.store.model.Entry;
import qiantang.store.model.FrameKey;
import qiantang.store.model.LaneMinute;

/**
 * Reads one page of a device's connections. Which sessions are open is asked first, of the register
 * and of what is in none yet; then events, the newest first, until the page is full; then, where a
 * session of the page ended behind what was looked at, the events behind the page, in stretches
 * that grow: a session mostly ends where the next begins. Of a device that gateways spoke for, the
 * same is asked of the gateways on the page first. Any thread.
 */
final class ConnectionsRead {
  // The first stretch, in which the sessions of most devices end; each other is four times as long.
  private static final Duration STRETCH = Duration.ofHours(1);

  private static final int GROWTH = 4;

  private static final int ROWS_FIRST = 100; // of a stretch: more are read where there are more

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
            nothing -> readGateways(positions, page, merge, nowMicros), tail.executor())
        .thenComposeAsync(nothing -> readEnds(request, page, nowMicros), tail.executor())
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

  /** Ends of sessions behind the page, and of those that gateways spoke for. */
  private CompletionStage<Void> readEnds(
      ConnectionsRequest request, ConnectionPage page, long nowMicros) {
    long topMicros = Math.max(topMicros(request), EventPages.keptFromMicros(nowMicros));
    long reachMicros = EventPages.reachMicros(nowMicros);
    return new Ends(request.enterprise(), request.device(), page, page::isAnEndMissing, reachMicros)
        .read(topMicros)
        .thenComposeAsync(
            nothing ->
                new Ends(
                        request.enterprise(),
                        request.device(),
                        page,
                        () -> page.ownEndsUntilMicros() > 0,
                        Math.min(page.ownEndsUntilMicros(), reachMicros))
                    .read(topMicros),
            tail.executor());
  }

  /** The sessions that named the device. */
  private CompletionStage<Void> readGateways(
      Positions positions, ConnectionPage page, ActivityMerge merge, long nowMicros) {
    return CompletableFuture.allOf(
        page.gateways().entrySet().stream()
            .map(
                first ->
                    readGateway(positions, first.getKey(), page, merge)
                        .thenComposeAsync(
                            nothing ->
                                new Ends(
                                        positions.enterprise(),
                                        first.getKey(),
                                        page,
                                        () -> page.isAnEndMissing(first.getKey()),
                                        EventPages.reachMicros(nowMicros))
                                    .read(
                                        Math.max(
                                            first.getValue(),
                                            EventPages.keptFromMicros(nowMicros))),
                            tail.executor()))
            .map(CompletionStage::toCompletableFuture)
            .toArray(CompletableFuture[]::new));
  }

  private CompletionStage<Void> readGateway(
      Positions positions, DeviceId gateway, ConnectionPage page, ActivityMerge merge) {
    return readSessions(positions, gateway, page::end, page, merge)
        .thenRun(() -> page.openOfGateway(merge.openSessions(gateway)));
  }

  /** One scan of the tail for both: an end that one of them knows the other knows. */
  private CompletionStage<Void> readOpen(
      Positions positions, ConnectionsRequest request, ConnectionPage page, ActivityMerge merge) {
    return CompletableFuture.allOf(
        readSessions(positions, request.device(), page::entry, page, merge).toCompletableFuture(),
        folds.readCounts(positions.enterprise()).thenAccept(merge::counts).toCompletableFuture());
  }

  /** The sessions of a device, and what else the page takes of frames. */
  private CompletionStage<Void> readSessions(
      Positions positions,
      DeviceId device,
      Entries taken,
      ConnectionPage page,
      ActivityMerge merge) {
    WantedDevices wanted = WantedDevices.of(device);
    Tail.Visitor activity = merge.visitor(wanted);
    Tail.Visitor both =
        new Tail.Visitor() {
          @Override
          public void entry(FrameKey frame, int index, Entry entry) {
            activity.entry(frame, index, entry);
            taken.entry(frame, index, entry);
          }

          @Override
          public void counts(LaneMinute partition, Counts counts) {
            activity.counts(partition, counts);
          }
        };
    return CompletableFuture.allOf(
        registers
            .visit(positions.enterprise(), WantedDevices.of(device), merge::register)
            .toCompletableFuture(),
        blocks.visitRecords(positions, block -> merge.records(block, wanted)).toCompletableFuture(),
        tail.scanUnsorted(positions, device, both)
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

  /** Takes what is in a frame. */
  @FunctionalInterface
  private interface Entries {
    void entry(FrameKey frame, int index, Entry entry);
  }

  /** The search for ends in a device's list, the page's or a gateway's, up to a time. */
  private final class Ends {
    private final EnterpriseId enterprise;
    private final DeviceId device;
    private final BooleanSupplier isAnyMissing;
    private final ConnectionPage.Behind behind;
    private final long reachMicros;
    private long stretchMicros = STRETCH.toNanos() / 1000;

    Ends(
        EnterpriseId enterprise,
        DeviceId device,
        ConnectionPage page,
        BooleanSupplier isAnyMissing,
        long reachMicros) {
      this.enterprise = enterprise;
      this.device = device;
      this.isAnyMissing = isAnyMissing;
      this.reachMicros = reachMicros;
      behind = page.new Behind();
    }

    CompletionStage<Void> read(long fromMicros) {
      if (fromMicros >= reachMicros || behind.isFullOfEvents() || !isAnyMissing.getAsBoolean()) {
        return CompletableFuture.completedFuture(null);
      }
      long toMicros = Math.min(fromMicros + stretchMicros, reachMicros);
      stretchMicros *= GROWTH;
      EventPages.Range stretch =
          new EventPages.Range(enterprise, device, fromMicros, toMicros, null, ROWS_FIRST);
      return events
          .visit(stretch, behind)
          .thenComposeAsync(nothing -> read(toMicros), tail.executor());
    }
  }
}
