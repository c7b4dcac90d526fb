package qiantang.store.read;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;
import qiantang.store.fold.Beginnings;
import qiantang.store.fold.FoldTables;
import qiantang.store.fold.LayoutHistory;
import qiantang.store.fold.Layouts;
import qiantang.store.fold.Masks;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;
import qiantang.store.read.Activity.DeviceActivity;

/**
 * Answers questions about one enterprise. Every answer holds all that was acknowledged before the
 * call, is the same whatever has been folded so far, and says how complete it is. A stage that
 * fails means that the store is away. Any thread.
 */
public final class Reader {
  /**
   * A start whose heartbeat is older is taken for dead, and with it its sessions (DESIGN: 15 s).
   */
  static final Duration LIVE = Duration.ofSeconds(15);

  /**
   * Samples in no chunk yet that one question about intervals holds, some 60 B each: a minute and a
   * half of a device at 1 kHz with 3 metrics, hours of most others. With more it takes more rounds.
   */
  static final int RECENT_MAX = 250_000;

  /**
   * Samples in no chunk yet of all devices of an enterprise that one question holds, some 100 B
   * each: half an hour of one metric of 10,000 devices at 0.1 Hz.
   */
  private static final int RECENT_OF_ALL_MAX = 2_000_000;

  private final Tail tail;
  private final FoldTables folds;
  private final Layouts layouts;
  private final Beginnings beginnings;
  private final InstantSource clock;
  private final Blocks blocks;
  private final Chunks chunks;
  private final IntervalChunks intervalChunks;
  private final States states;
  private final int recentMax;
  private final EventPages events;
  private final ActivityRead activity;
  private final ConnectionsRead connections;

  /**
   * A reader over all tiers. Of blocks it keeps as many bytes as the tail of frames.
   *
   * @param clock tells how old a heartbeat is, and which event times no chunk can have
   */
  public Reader(
      Tail tail, FoldTables folds, Layouts layouts, Beginnings beginnings, InstantSource clock) {
    this(tail, folds, layouts, beginnings, clock, RECENT_MAX);
  }

  /** A reader whose questions about intervals hold so many samples. */
  Reader(
      Tail tail,
      FoldTables folds,
      Layouts layouts,
      Beginnings beginnings,
      InstantSource clock,
      int recentMax) {
    this.recentMax = recentMax;
    this.beginnings = beginnings;
    this.tail = tail;
    this.folds = folds;
    this.layouts = layouts;
    this.clock = clock;
    blocks = new Blocks(folds, tail.executor(), tail.cacheBytesMax());
    chunks = new Chunks(folds, clock, tail.executor());
    intervalChunks =
        new IntervalChunks(
            folds, chunks, new SummarizedChunks(folds, chunks, tail.executor()), tail.executor());
    states = new States(folds, clock, tail.executor());
    events = new EventPages(folds, tail.executor());
    activity = new ActivityRead(tail, folds, blocks, states);
    connections = new ConnectionsRead(tail, folds, blocks, events);
  }

  /** Raw samples of one device in order of event time. */
  public CompletionStage<SeriesAnswer> series(SeriesRequest request) {
    DeviceId device = request.device();
    return positioned(
        request.enterprise(),
        (positions, history) -> {
          SeriesMerge merge = new SeriesMerge(request, history, positions.masks());
          return CompletableFuture.allOf(
                  chunks
                      .visit(history, device, request.fromMicros(), request.toMicros(), merge)
                      .toCompletableFuture(),
                  readRecent(positions, history, device, merge).toCompletableFuture())
              .thenApply(nothing -> withGaps(request, positions, merge.answer()));
        });
  }

  private static SeriesAnswer withGaps(
      SeriesRequest request, Positions positions, SeriesAnswer answer) {
    Long next = answer.nextFromMicros();
    long toMicros = next == null ? request.toMicros() : next;
    return new SeriesAnswer(
        answer.series(),
        next,
        answer.completeness().with(positions.gaps(request.fromMicros(), toMicros)));
  }

  /** What is told of intervals of one device's samples, without handing out all of them. */
  public CompletionStage<IntervalsAnswer> intervals(IntervalsRequest request) {
    return positioned(
        request.enterprise(),
        (positions, history) ->
            new IntervalsRead(
                    request,
                    history,
                    positions.masks(),
                    merge -> readRecent(positions, history, request.device(), merge),
                    intervalChunks,
                    recentMax,
                    tail.executor())
                .run()
                .thenApply(
                    answer ->
                        withGaps(request.fromMicros(), request.toMicros(), positions, answer)));
  }

  /** What is told of intervals of all devices together. */
  public CompletionStage<IntervalsAnswer> totals(TotalsRequest request) {
    return positioned(
        request.enterprise(),
        (positions, history) -> {
          WantedDevices all = WantedDevices.ALL;
          // What a deleted device sent counts on, also where there is another of its id.
          Masks masks = positions.masks().ofDeletions();
          RecentOfDevices recent =
              new RecentOfDevices(request, all, history, masks, RECENT_OF_ALL_MAX);
          return readRecent(positions, history, all, recent)
              .thenComposeAsync(
                  nothing ->
                      new TotalsRead(
                              chunks.bounded(request, history),
                              history,
                              masks,
                              recent,
                              folds,
                              states,
                              intervalChunks,
                              tail.executor())
                          .run(),
                  tail.executor())
              .thenApply(
                  answer -> withGaps(request.fromMicros(), request.toMicros(), positions, answer));
        });
  }

  /** What sets of devices tell of intervals. */
  public CompletionStage<SetsAnswer> sets(SetsRequest request) {
    return positioned(
        request.enterprise(),
        (positions, history) -> {
          WantedDevices devices = new WantedDevices(request.setOf().keySet());
          Masks masks = request.isWhole() ? positions.masks().ofDeletions() : positions.masks();
          RecentOfDevices recent =
              new RecentOfDevices(request.inTotal(), devices, history, masks, RECENT_OF_ALL_MAX);
          return readRecent(positions, history, devices, recent)
              .thenComposeAsync(
                  nothing ->
                      new SetsRead(
                              chunks.bounded(request, history),
                              history,
                              masks,
                              recent,
                              folds,
                              intervalChunks,
                              tail.executor())
                          .run(),
                  tail.executor())
              .thenApply(
                  answer ->
                      switch (answer) {
                        case SetsAnswer.Found found ->
                            found.with(positions.gaps(request.fromMicros(), request.toMicros()));
                        case SetsAnswer.TooLarge tooLarge -> tooLarge;
                      });
        });
  }

  /** Gathers what no chunk has yet of some devices. */
  private CompletionStage<Void> readRecent(
      Positions positions, LayoutHistory history, WantedDevices devices, RecentOfDevices recent) {
    return CompletableFuture.allOf(
        blocks.visit(positions, history, devices, recent::block).toCompletableFuture(),
        tail.scanUnsorted(positions, devices.single(), recent)
            .thenAccept(scanned -> recent.damaged(scanned.damagedFrames()))
            .toCompletableFuture());
  }

  private static IntervalsAnswer withGaps(
      long fromMicros, long toMicros, Positions positions, IntervalsAnswer answer) {
    return switch (answer) {
      case IntervalsAnswer.Found found ->
          new IntervalsAnswer.Found(
              found.series(), found.completeness().with(positions.gaps(fromMicros, toMicros)));
      case IntervalsAnswer.TooLarge tooLarge -> tooLarge;
    };
  }

  /** Merges what no chunk has yet. */
  private CompletionStage<Void> readRecent(
      Positions positions, LayoutHistory history, DeviceId device, SeriesMerge merge) {
    return CompletableFuture.allOf(
        blocks
            .visit(positions, history, WantedDevices.of(device), merge::block)
            .toCompletableFuture(),
        tail.scanUnsorted(positions, device, merge)
            .thenAccept(scanned -> merge.damaged(scanned.damagedFrames()))
            .toCompletableFuture());
  }

  /**
   * The newest value of each metric of one device. A metric of which nothing has come for longer
   * than the retention is told as long as the device reports others, and else not any more.
   */
  public CompletionStage<LatestAnswer> latest(EnterpriseId enterprise, DeviceId device) {
    return latest(enterprise, WantedDevices.of(device), LatestMerge.Page.ALL)
        .thenApply(
            latest ->
                new LatestAnswer(
                    latest.byDevice().getOrDefault(device, new TreeMap<>()),
                    latest.completeness()));
  }

  /**
   * The newest value of each metric of these devices, in one go: group by group.
   *
   * @param samplesMax where there are more, the last devices are left out, and the answer says so
   */
  public CompletionStage<LatestOfDevices> latestOfDevices(
      EnterpriseId enterprise, Set<DeviceId> devices, int samplesMax) {
    return latest(
        enterprise,
        new WantedDevices(devices),
        new LatestMerge.Page(null, Integer.MAX_VALUE, samplesMax));
  }

  /** The newest value of each metric of these devices, or of all (null), in one go. */
  public CompletionStage<LatestOfDevices> latestOfDevices(
      EnterpriseId enterprise, @Nullable Set<DeviceId> devices) {
    return latest(enterprise, new WantedDevices(devices), LatestMerge.Page.ALL);
  }

  /**
   * The same of all devices in pages, by their ids. Each page reads the states of all of them.
   *
   * @param after the page begins behind this device; null for the first one
   * @param samplesMax a page ends early with so many, but has one device at least
   */
  public CompletionStage<LatestOfDevices> latestOfDevices(
      EnterpriseId enterprise, @Nullable DeviceId after, int devicesMax, int samplesMax) {
    return latest(
        enterprise, WantedDevices.ALL, new LatestMerge.Page(after, devicesMax, samplesMax));
  }

  private CompletionStage<LatestOfDevices> latest(
      EnterpriseId enterprise, WantedDevices wanted, LatestMerge.Page page) {
    return positioned(
        enterprise,
        (positions, history) -> {
          LatestMerge merge = new LatestMerge(wanted, page, history, positions.masks());
          return CompletableFuture.allOf(
                  states.visit(history, wanted, merge::state).toCompletableFuture(),
                  blocks
                      .visitNewestFirst(positions, history, wanted, merge::block)
                      .toCompletableFuture(),
                  tail.scanUnsorted(positions, wanted.single(), merge)
                      .thenAccept(scanned -> merge.damaged(scanned.damagedFrames()))
                      .toCompletableFuture())
              .thenApply(nothing -> withGaps(positions, merge.answer()));
        });
  }

  /** What came in a gap may have been newer than what is older than the gap. */
  private static LatestOfDevices withGaps(Positions positions, LatestOfDevices answer) {
    long oldestMicros =
        answer.byDevice().values().stream()
            .flatMap(samples -> samples.values().stream())
            .mapToLong(Series.Sample::eventTimeMicros)
            .min()
            .orElse(Long.MIN_VALUE);
    return new LatestOfDevices(
        answer.byDevice(),
        answer.after(),
        answer.completeness().with(positions.gaps(oldestMicros, Long.MAX_VALUE)));
  }

  /** Reads how far folds have come before anything that they move. */
  private <T> CompletionStage<T> positioned(
      EnterpriseId enterprise, BiFunction<Positions, LayoutHistory, CompletionStage<T>> read) {
    return positions(enterprise)
        .thenCombineAsync(layouts.of(enterprise), read, tail.executor())
        .thenCompose(answer -> answer);
  }

  private CompletionStage<Positions> positions(EnterpriseId enterprise) {
    return tail.positions(enterprise)
        .thenCompose(
            positions -> beginnings.with(enterprise, positions.masks()).thenApply(positions::with));
  }

  /** Rejections of the last 90 days, newest first. */
  public CompletionStage<RejectionsAnswer> rejections(RejectionsRequest request) {
    RejectionsRequest bounded = EventPages.bounded(request, nowMicros());
    return positions(request.enterprise())
        .thenComposeAsync(
            positions -> {
              RejectionPage page = new RejectionPage(bounded, positions.masks());
              return CompletableFuture.allOf(
                      events.visit(bounded, page).toCompletableFuture(),
                      tail.scanUnsorted(positions, request.device(), page)
                          .thenAccept(scanned -> page.damaged(scanned.damagedFrames()))
                          .toCompletableFuture())
                  .thenApply(nothing -> page.answer());
            },
            tail.executor());
  }

  /** A device's connections of the last 90 days, and those that are open, newest first. */
  public CompletionStage<ConnectionsAnswer> connections(ConnectionsRequest request) {
    return positions(request.enterprise())
        .thenComposeAsync(
            positions -> connections.run(positions, request, nowMicros()), tail.executor());
  }

  /** What the devices of an enterprise did. */
  public CompletionStage<Activity> activity(EnterpriseId enterprise) {
    return positioned(
        enterprise, (positions, history) -> activity.ofAll(positions, history, nowMicros()));
  }

  /** What one device did; empty where nothing ever came of it. */
  public CompletionStage<Optional<DeviceActivity>> activity(
      EnterpriseId enterprise, DeviceId device) {
    return activityOf(enterprise, device)
        .thenApply(found -> Optional.ofNullable(found.devices().get(device)));
  }

  /** What one device did, and perhaps who speaks for it: refusals too. */
  public CompletionStage<Activity> activityOf(EnterpriseId enterprise, DeviceId device) {
    return activityOf(enterprise, Set.of(device));
  }

  /** What some devices did, and perhaps who speaks for them: refusals too. */
  public CompletionStage<Activity> activityOf(EnterpriseId enterprise, Set<DeviceId> devices) {
    WantedDevices wanted = new WantedDevices(devices);
    return positioned(
        enterprise,
        (positions, history) -> activity.ofSome(positions, history, wanted, nowMicros()));
  }

  private long nowMicros() {
    return ChronoUnit.MICROS.between(Instant.EPOCH, clock.instant());
  }
}
