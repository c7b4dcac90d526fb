package qiantang.query.live;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import qiantang.query.auth.Leave;
import qiantang.query.waiting.StoreUnavailable;
import qiantang.store.access.Place;
import qiantang.store.codec.FrameCodec.Numbered;
import qiantang.store.fold.Masks;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;
import qiantang.store.read.Followed;
import qiantang.store.read.Follower;

/**
 * Follows one enterprise for all its open streams on this node: what comes is read and decoded once
 * and told to each. Four virtual threads: one reads, one looks at states, one at leave, and one
 * beats, so that a slow store is not taken for a dead line.
 */
final class Feed {
  /** Between two polls; half of it is what an event waits on average. */
  static final Duration POLL_EACH = Duration.ofMillis(200);

  /** Between two looks at leave: with the 1.2 s in which a node hears of changes, under 2 s. */
  static final Duration CHECK_EACH = Duration.ofMillis(500);

  /** For so long of a poll all clients together are waited for that are about to be full. */
  private static final Duration WAY_EACH = Duration.ofMillis(100);

  private static final Duration RETRY = Duration.ofSeconds(1);

  // A device that is moved to another line is told by its new place after so long.
  private static final Duration PLACES_KEPT = Duration.ofSeconds(10);
  private static final int PLACES_MAX = 50_000;
  private static final int TOLD_GONE_MAX = 10_000;

  private static final Logger logger = LoggerFactory.getLogger(Feed.class);

  private final EnterpriseId enterprise;
  private final FeedParts parts;
  private final Follower follower;
  private final StateWatch states;
  private final Cache<DeviceId, Place> places =
      Caffeine.newBuilder().maximumSize(PLACES_MAX).expireAfterWrite(PLACES_KEPT).build();

  // All that are open; of these, those that are told what comes.
  private final Set<Listener> open = ConcurrentHashMap.newKeySet();
  private final Audience hearing = new Audience();

  // Devices that may have been deleted since streams that name them began.
  private final Set<DeviceId> noted = ConcurrentHashMap.newKeySet();

  // A deletion is heard of more than once; who follows all is told of it once.
  private final Cache<DeviceId, Instant> toldGone =
      Caffeine.newBuilder().maximumSize(TOLD_GONE_MAX).build();

  private final ReentrantLock beginning = new ReentrantLock();
  private final ReentrantLock telling = new ReentrantLock();
  private boolean hasBegun; // guarded by beginning
  private long rounds; // guarded by telling
  private volatile Mark mark;
  private volatile boolean isOver;

  Feed(EnterpriseId enterprise, FeedParts parts) {
    this.enterprise = enterprise;
    this.parts = parts;
    follower = Follower.fromNow(parts.tables(), enterprise, parts.clock(), parts.decoders());
    states = new StateWatch(parts);
    mark = new Mark(follower.followed());
  }

  /** Blocks. What is acknowledged after this is told to whoever hears then. */
  void begin() {
    beginning.lock();
    try {
      if (!hasBegun) {
        parts.store().await(follower.poll());
        mark = new Mark(follower.followed());
        hasBegun = true;
        parts.virtualThreads().execute(this::read);
        parts.virtualThreads().execute(this::watchStates);
        parts.virtualThreads().execute(this::watchLeave);
        parts.virtualThreads().execute(this::beat);
      }
    } finally {
      beginning.unlock();
    }
  }

  /** Up to where all is told that hear. */
  Mark mark() {
    return mark;
  }

  /** Its leave is looked at from now on. */
  void open(Listener listener) {
    open.add(listener);
  }

  /** These may have been deleted. */
  void note(Set<DeviceId> devices) {
    noted.addAll(devices);
  }

  /** Any may have been. */
  void noteAll() {
    open.forEach(listener -> note(listener.named()));
  }

  /** It is told what comes from now on. */
  void hear(Listener listener) {
    hearing.add(listener);
    states.noteListener();
  }

  /** How many polls were told; what came with them is seen by who reads after this. */
  long rounds() {
    telling.lock();
    try {
      return rounds;
    } finally {
      telling.unlock();
    }
  }

  /** The same for one that has read all of so many polls by itself; false where more came. */
  boolean hearAfter(Listener listener, long roundsBefore, Followed told) {
    telling.lock();
    try {
      if (rounds != roundsBefore) {
        return false;
      }
      listener.wasTold(told);
      hear(listener);
      return true;
    } finally {
      telling.unlock();
    }
  }

  /** It is gone; whether none is left. */
  boolean close(Listener listener) {
    hearing.remove(listener);
    open.remove(listener);
    return open.isEmpty();
  }

  /** Ends the threads. */
  void end() {
    isOver = true;
  }

  /** Ends all streams. */
  void endAll(String reason) {
    open.forEach(listener -> listener.stream().end(reason));
  }

  private void read() {
    boolean isFailing = false;
    while (!isOver) {
      long beganNanos = parts.ticker().nanos();
      Duration each = POLL_EACH;
      try {
        Follower.Round round = parts.store().await(follower.poll());
        tell(round);
        each = round.isMore() ? Duration.ZERO : POLL_EACH;
        isFailing = false;
      } catch (StoreUnavailable e) {
        if (!isFailing) {
          logger.warn("cannot follow {}, trying on: {}", enterprise, e.getMessage());
        }
        isFailing = true;
        each = RETRY;
      } catch (RuntimeException | Error e) {
        fail(e);
      }
      open.forEach(listener -> listener.stream().tick());
      rest(each.toNanos() - (parts.ticker().nanos() - beganNanos));
    }
  }

  private void tell(Follower.Round round) {
    telling.lock();
    try {
      rounds++;
      long wayNanos = WAY_EACH.toNanos();
      for (Follower.Frame frame : round.frames()) {
        wayNanos = tell(frame, wayNanos);
      }
      mark = new Mark(follower.followed());
    } finally {
      telling.unlock();
    }
  }

  /** Answers what is left of the time in which clients may be waited for. */
  private long tell(Follower.Frame frame, long wayNanos) {
    for (Numbered numbered : frame.entries()) {
      states.note(numbered.entry());
    }
    List<Shared> events = FrameEvents.of(frame, Masks.NONE, 0);
    Map<DeviceId, Place> where = where(events, hearing.all());
    long left = wayNanos;
    for (Shared event : events) {
      for (Listener listener : hearing.of(event.event())) {
        Followed told = listener.told();
        if (told == null || told.toldOf(frame.key()) == 0) {
          tell(listener, event, where);
          left -= listener.stream().giveWay(left);
        }
      }
    }
    return left;
  }

  private static void tell(Listener listener, Shared event, Map<DeviceId, Place> where) {
    DeviceId device = event.event().device();
    listener.tell(event, device == null ? null : where.get(device));
  }

  /** Where the devices of events stand, if any of these must know. */
  private Map<DeviceId, Place> where(List<Shared> events, Set<Listener> listeners) {
    Leave leave =
        listeners.stream()
            .filter(Listener::needsPlace)
            .findFirst()
            .map(Listener::leave)
            .orElse(null);
    if (leave == null) {
      return Map.of();
    }
    Set<DeviceId> devices = new HashSet<>();
    for (Shared event : events) {
      DeviceId device = event.event().device();
      if (device != null) {
        devices.add(device);
      }
    }
    return places.getAll(devices, missing -> parts.places().whereAre(leave, List.copyOf(missing)));
  }

  /** Blocks. Tells one client alone what was told to others before it came. */
  void tellAlone(Listener listener, Follower.Frame frame, Masks masks, int told) {
    List<Shared> events = FrameEvents.of(frame, masks, told);
    Map<DeviceId, Place> where = where(events, Set.of(listener));
    for (Shared event : events) {
      if (!listener.stream().awaitRoom()) {
        return;
      }
      tell(listener, event, where);
    }
  }

  private void watchStates() {
    boolean isFailing = false;
    while (!isOver) {
      try {
        if (states.isDue()) {
          look();
        }
        isFailing = false;
      } catch (StoreUnavailable e) {
        if (!isFailing) {
          logger.warn("cannot look at devices of {}: {}", enterprise, e.getMessage());
        }
        isFailing = true;
        rest(RETRY.toNanos());
      } catch (RuntimeException | Error e) {
        fail(e);
      }
      rest(POLL_EACH.toNanos() / 2);
    }
  }

  private void look() {
    try {
      parts.looks().acquire();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      isOver = true;
      return;
    }
    try {
      states.look(List.copyOf(hearing.all()), mark);
    } finally {
      parts.looks().release();
    }
  }

  private void watchLeave() {
    while (!isOver) {
      try {
        tellDeleted();
        for (Listener listener : open) {
          check(listener);
        }
      } catch (StoreUnavailable e) {
        logger.debug("cannot say who may follow {}: {}", enterprise, e.getMessage());
      } catch (RuntimeException | Error e) {
        fail(e);
      }
      rest(CHECK_EACH.toNanos());
    }
  }

  /**
   * Whoever names a device is told that it was deleted, also where there is another one by now; who
   * follows all, where there is none.
   */
  private void tellDeleted() {
    Set<DeviceId> some = Set.copyOf(noted);
    Set<DeviceId> asked = new HashSet<>();
    for (Listener listener : some.isEmpty() ? Set.<Listener>of() : open) {
      if (listener.hearsOfAll()) {
        asked.addAll(some);
      } else {
        listener.named().stream().filter(some::contains).forEach(asked::add);
      }
    }
    if (!asked.isEmpty()) {
      Map<DeviceId, Instant> gone = parts.gone().when(enterprise, asked);
      tellGone(gone);
      Masks begun = parts.store().await(parts.beginnings().with(enterprise, Masks.NONE));
      for (Listener listener : open) {
        for (DeviceId device : listener.named()) {
          Instant when = gone.get(device);
          long begunMicros = begun.begunMicros(device);
          if (some.contains(device) && (when != null || begunMicros != listener.begun(device))) {
            long millis = when == null ? Math.floorDiv(begunMicros, 1000L) : when.toEpochMilli();
            listener.tellDeleted(deleted(device, millis), device);
          }
        }
      }
    }
    noted.removeAll(some);
  }

  /** Who follows all goes on from where it is: others are told of by the same stream. */
  private void tellGone(Map<DeviceId, Instant> gone) {
    gone.forEach(
        (device, when) -> {
          if (!when.equals(toldGone.asMap().put(device, when))) {
            long millis = when.toEpochMilli();
            Shared shared = new Shared(new LiveEvent.Deleted(mark, millis * 1000, device, millis));
            open.stream()
                .filter(Listener::hearsOfAll)
                .forEach(listener -> listener.stream().putAnyway(shared));
          }
        });
  }

  private Shared deleted(DeviceId device, long millis) {
    // Who comes back with it was told of the deletion.
    Mark told = new Mark(mark.followed().until(millis * 1000));
    return new Shared(new LiveEvent.Deleted(told, millis * 1000, device, millis));
  }

  private void beat() {
    while (!isOver) {
      open.forEach(listener -> listener.stream().beat());
      rest(LiveStream.BEAT_LOOK_EACH.toNanos());
    }
  }

  /** Ends a stream whose leave has ended, or whose client takes nothing. */
  private void check(Listener listener) {
    LiveStream stream = listener.stream();
    if (stream.isStuck()) {
      stream.close();
      return;
    }
    long beganNanos = parts.ticker().nanos();
    Optional<Leave> now = listener.leave().renewed();
    if (now.isEmpty()) {
      stream.end("leave-ended");
    } else if (!now.get().sight().hasAll(listener.leave().sight())) {
      stream.end("grant-ended");
    } else {
      stream.checked(beganNanos);
    }
  }

  /** A bug ends streams instead of leaving them silent. */
  private void fail(Throwable bug) {
    if (!isOver) {
      logger.error("BUG: following {} failed", enterprise, bug);
      endAll("internal");
    }
  }

  /**
   * Between two looks. Nobody tells this program what came: the store is polled, on a virtual
   * thread of its own, and only while streams are open.
   */
  private void rest(long nanos) {
    if (nanos <= 0) {
      return;
    }
    try {
      Thread.sleep(Duration.ofNanos(nanos));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      isOver = true; // the program is stopping
    }
  }
}
