package qiantang.query.live;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import qiantang.query.auth.Leave;
import qiantang.query.waiting.StoreUnavailable;
import qiantang.store.fold.Masks;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;
import qiantang.store.read.Followed;
import qiantang.store.read.Follower;
import qiantang.store.registry.AccessChange;

/**
 * All open streams of this node. An enterprise is followed as long as any stream of it is open.
 * Blocks: virtual threads only.
 */
public final class Live implements AutoCloseable {
  /** Streams of a node: at 64 KiB each, 640 MiB if all clients were slow at once. */
  public static final int STREAMS_MAX = 10_000;

  /** Streams of one token, so that none takes all there are: a console has one or two. */
  public static final int STREAMS_PER_TOKEN_MAX = 100;

  /** Enterprises followed at once: 20 reads a second each. */
  public static final int ENTERPRISES_MAX = 1_000;

  /** Devices that one stream names; who wants more names a factory, a line or none. */
  public static final int DEVICES_MAX = 500;

  /** How far back a client can go on from where it was. */
  public static final Duration RESUME_MAX = Duration.ofMinutes(10);

  /** What a client missed is read again for so long at most, and so much of it. */
  private static final Duration RESUME_TIME_MAX = Duration.ofSeconds(20);

  private static final int RESUME_FRAMES_MAX = 20_000;

  private static final Logger logger = LoggerFactory.getLogger(Live.class);

  private final FeedParts parts;

  // Guarded by this.
  private final Map<EnterpriseId, Feed> feeds = new HashMap<>();
  private final Map<String, Integer> perToken = new HashMap<>();
  private int streams;
  private boolean isClosed;

  /** What becomes of a wish to follow. */
  public sealed interface Begun {
    /** It is followed from this moment, or from where the client was. */
    record Following(LiveStream stream, Runnable catchUp) implements Begun {}

    /**
     * There are enough.
     *
     * @param advice what to do
     */
    record TooMany(String advice) implements Begun {}
  }

  /** Streams over these parts. */
  public Live(FeedParts parts) {
    this.parts = parts;
  }

  /** Whether rejections may be told by this leave. */
  public static boolean mayHearRejections(Leave leave) {
    return Listener.mayHearRejections(leave);
  }

  /** How many are open. */
  public synchronized int streams() {
    return streams;
  }

  /**
   * Begins to follow: all that is acknowledged after this is told. Whoever was told before catches
   * up, by the runnable, once it can take what it missed.
   */
  public Begun begin(Leave leave, Wanted wanted) {
    Followed after = wanted.after();
    Listener listener = listener(leave, wanted, begun(leave, wanted));
    LiveStream stream = listener.stream();
    Feed feed;
    synchronized (this) {
      String advice = refusal(leave);
      if (advice != null) {
        return new Begun.TooMany(advice);
      }
      streams++;
      perToken.merge(leave.by(), 1, Integer::sum);
      feed = feeds.computeIfAbsent(leave.enterprise(), id -> new Feed(id, parts));
      feed.open(listener);
    }
    stream.whenClosed(reason -> closed(feed, listener));
    feed.note(listener.named()); // one may have been deleted since it was looked for
    boolean isBegun = false;
    try {
      feed.begin();
      isBegun = true;
    } finally {
      if (!isBegun) {
        stream.close();
      }
    }
    if (after != null) {
      return new Begun.Following(stream, () -> catchUp(feed, listener, after));
    }
    stream.beginAt(feed.mark());
    feed.hear(listener);
    return new Begun.Following(stream, () -> {});
  }

  /** Blocks where a device is named. */
  private Map<DeviceId, Long> begun(Leave leave, Wanted wanted) {
    Set<DeviceId> named = wanted.devices();
    if (named == null) {
      return Map.of();
    }
    Masks masks = parts.store().await(parts.beginnings().with(leave.enterprise(), Masks.NONE));
    return named.stream().collect(Collectors.toMap(device -> device, masks::begunMicros));
  }

  /** A device was deleted, or created again; null where that may be of any. */
  public synchronized void hear(@Nullable AccessChange change) {
    if (change == null) {
      feeds.values().forEach(Feed::noteAll);
    } else if (change.device() != null && change.credential() == null) {
      Feed feed = feeds.get(change.enterprise());
      if (feed != null) {
        feed.note(Set.of(change.device()));
      }
    }
  }

  private Listener listener(Leave leave, Wanted wanted, Map<DeviceId, Long> begun) {
    Followed after = wanted.after();
    long nowMicros = parts.clock().millis() * 1000;
    Followed begin = after == null ? new Followed(nowMicros, List.of(), null) : after;
    LiveStream stream = new LiveStream(wanted.leastInterval(), new Mark(begin), parts.ticker());
    return new Listener(wanted, leave, stream, begun, Math.floorDiv(begin.micros(), 1000L));
  }

  /** What to do instead of one stream more; null where there is room. */
  private @Nullable String refusal(Leave leave) {
    if (isClosed) {
      return "this node is stopping: ask another, or again";
    }
    if (perToken.getOrDefault(leave.by(), 0) >= STREAMS_PER_TOKEN_MAX) {
      return "this token has "
          + STREAMS_PER_TOKEN_MAX
          + " streams open: close some, or follow more devices with one";
    }
    if (streams >= STREAMS_MAX) {
      return "this node has " + STREAMS_MAX + " streams open: try again later, or another node";
    }
    return feeds.size() >= ENTERPRISES_MAX && !feeds.containsKey(leave.enterprise())
        ? "this node follows " + ENTERPRISES_MAX + " enterprises: try again later, or another node"
        : null;
  }

  private synchronized void closed(Feed feed, Listener listener) {
    Leave leave = listener.leave();
    streams--;
    perToken.computeIfPresent(leave.by(), (by, count) -> count == 1 ? null : count - 1);
    if (feed.close(listener)) {
      feed.end();
      feeds.remove(leave.enterprise(), feed);
    }
  }

  /** Tells what came since a client was told last, as far as it is to be had; then what comes. */
  private void catchUp(Feed feed, Listener listener, Followed after) {
    LiveStream stream = listener.stream();
    if (!tellReplaced(listener, after)) {
      return;
    }
    try {
      long nowMicros = parts.clock().millis() * 1000;
      long earliestMicros = nowMicros - RESUME_MAX.toSeconds() * 1_000_000;
      if (after.micros() < earliestMicros) {
        stream.missedUncounted(after.micros(), earliestMicros, new Mark(after));
      }
      Follower own =
          Follower.from(
              parts.tables(),
              listener.leave().enterprise(),
              parts.clock(),
              parts.decoders(),
              after,
              RESUME_MAX);
      Masks masks = parts.store().await(masks(listener.leave().enterprise()));
      if (!readOn(feed, listener, own, masks, after)) {
        Followed reached = own.followed();
        stream.missedUncounted(reached.micros(), parts.clock().millis() * 1000, new Mark(reached));
        feed.hear(listener);
      }
    } catch (StoreUnavailable e) {
      logger.warn("cannot read what a stream missed: {}", e.getMessage());
      stream.end("store-unavailable");
    }
  }

  /**
   * Tells who was away while a device that it names made room for another one of the same id.
   *
   * @return whether it names others, so that there is more to tell
   */
  private static boolean tellReplaced(Listener listener, Followed after) {
    Set<DeviceId> replaced = listener.begunAfter(after.micros());
    boolean isMore = replaced.isEmpty() || replaced.size() < listener.named().size();
    for (DeviceId device : replaced) {
      long micros = listener.begun(device);
      // Who is told nothing else comes back with this mark, and then means the new one.
      Mark mark = new Mark(isMore ? after : after.until(micros));
      long millis = Math.floorDiv(micros, 1000L);
      var deleted = new LiveEvent.Deleted(mark, millis * 1000, device, millis);
      listener.tellDeleted(new Shared(deleted), device);
    }
    return isMore;
  }

  private CompletionStage<Masks> masks(EnterpriseId enterprise) {
    return Masks.of(parts.masks(), enterprise)
        .thenCompose(masks -> parts.beginnings().with(enterprise, masks));
  }

  /** Whether all was told, within the limits, and the client hears now with the others. */
  private boolean readOn(Feed feed, Listener listener, Follower own, Masks masks, Followed after) {
    long beganNanos = parts.ticker().nanos();
    int frames = 0;
    while (listener.stream().endReason() == null) {
      long rounds = feed.rounds();
      Follower.Round round = parts.store().await(own.poll());
      for (Follower.Frame frame : round.frames()) {
        frames++;
        feed.tellAlone(listener, frame, masks, after.toldOf(frame.key()));
        if (frames > RESUME_FRAMES_MAX
            || parts.ticker().nanos() - beganNanos > RESUME_TIME_MAX.toNanos()) {
          return false;
        }
      }
      if (!round.isMore() && feed.hearAfter(listener, rounds, own.followed())) {
        return true;
      }
    }
    return true;
  }

  /** Ends all streams, and lets none begin. */
  @Override
  public void close() {
    List<Feed> all;
    synchronized (this) {
      isClosed = true;
      all = List.copyOf(feeds.values());
    }
    all.forEach(feed -> feed.endAll("stopping"));
    all.forEach(Feed::end);
  }
}
