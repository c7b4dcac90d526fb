package qiantang.query.live;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import qiantang.query.live.LiveEvent.Measured;
import qiantang.store.journal.Ticker;

/**
 * What one client is still to be told. It holds so many bytes at most: what does not fit is counted
 * and the client is told so, at the place in the stream where it is missing. Any thread.
 */
public final class LiveStream {
  /** Held for a client, besides the 16 KiB that its connection buffers: 64 KiB together. */
  static final int HELD_BYTES_MAX = 48 * 1024;

  /** For so long nothing is told when nobody could say whether it may be told. */
  static final Duration UNCHECKED_MAX = Duration.ofSeconds(2);

  /**
   * A client hears something at least so often, if only a comment: who hears nothing for half as
   * long again knows within 3 s that the line is dead. It costs 10,000 silent clients of a node
   * 5,000 small writes a second, some 7 % of a core.
   */
  public static final Duration BEAT = Duration.ofSeconds(2);

  /** Begins every stream: a client learns by it how often it hears something. */
  public static final String HEAD = ": beat " + BEAT.toMillis() + " ms\n\n";

  /** Between two looks at who was told nothing for long. */
  static final Duration BEAT_LOOK_EACH = Duration.ofMillis(500);

  /** A client that takes nothing for so long is gone. */
  static final Duration PATIENCE = Duration.ofSeconds(60);

  /**
   * So long a client that takes what it is told is waited for, so that a burst is not missed; one
   * that took nothing meanwhile is not waited for until it has caught up.
   */
  private static final Duration WAY = Duration.ofMillis(20);

  private static final int EVENT_BYTES = 64; // of a queued event besides its text

  private record Queued(byte[] text, Mark mark) {}

  private final Duration leastInterval;
  private final Ticker ticker;

  // All guarded by this.
  private final Deque<Queued> queue = new ArrayDeque<>();
  private final Thinned thinned = new Thinned();
  private int queuedBytes;
  private long missed;
  private long missedFromMicros;
  private long missedToMicros;
  private Mark missedMark;
  private Mark last; // of what was put last
  private Mark done; // all up to it was told, or is missed for good
  private Mark released; // of what was put last before values were released
  private long releasedNanos;
  private long takenNanos;
  private long toldNanos;
  private long checkedNanos;
  private boolean isPinged;
  private boolean isSlow;
  private @Nullable String endReason;
  private @Nullable String lastReason; // why it ends once all was told
  private boolean isOver;
  private @Nullable List<Consumer<String>> whenClosed = new ArrayList<>();
  private @Nullable Runnable wake;

  /**
   * A stream.
   *
   * @param leastInterval between two values of one metric of a device; zero for all values
   * @param begin up to where it was told before
   */
  LiveStream(Duration leastInterval, Mark begin, Ticker ticker) {
    this.leastInterval = leastInterval;
    this.ticker = ticker;
    last = begin;
    done = begin;
    released = begin;
    missedMark = begin;
    releasedNanos = ticker.nanos();
    takenNanos = releasedNanos;
    toldNanos = releasedNanos;
    checkedNanos = releasedNanos;
  }

  /** It begins here, where nothing was told yet. */
  synchronized void beginAt(Mark begin) {
    last = begin;
    done = begin;
    released = begin;
    missedMark = begin;
  }

  /** Runs this once the client is gone, or was told the end; it is given the reason. */
  public synchronized void whenClosed(Consumer<String> hook) {
    if (whenClosed != null) {
      whenClosed.add(hook);
    }
  }

  /** Runs this from now on whenever there is something to take. It must not block. */
  public void onWake(Runnable runnable) {
    synchronized (this) {
      wake = runnable;
    }
    runnable.run();
  }

  /** Tells an event; what of a reading may be told is given. */
  void put(Shared shared, @Nullable Measured part) {
    synchronized (this) {
      if (endReason != null || lastReason != null) {
        return;
      }
      last = shared.event().mark();
      if (part == null || leastInterval.isZero()) {
        byte[] text =
            part == null || part.equals(shared.event()) ? shared.text() : LiveText.of(part);
        enqueue(text, shared.event());
      } else {
        thin(part);
      }
    }
    wake();
  }

  private void enqueue(byte[] text, LiveEvent event) {
    int bytes = text.length + EVENT_BYTES;
    // One that is larger than all there is room for goes through alone.
    if (missed > 0 || (held() > 0 && held() + bytes > HELD_BYTES_MAX)) {
      miss(event);
    } else {
      queue.add(new Queued(text, event.mark()));
      queuedBytes += bytes;
    }
  }

  private void thin(Measured part) {
    boolean isFull = held() > 0 && held() + Thinned.bytesOf(part) > HELD_BYTES_MAX;
    if (isFull && !thinned.isLeaving()) {
      release(); // early: it is told more often than it asked for, but misses nothing
    } else if (isFull) {
      miss(part);
      return;
    }
    thinned.put(part);
  }

  private void miss(LiveEvent event) {
    missedFromMicros = missed == 0 ? event.micros() : Math.min(missedFromMicros, event.micros());
    missedToMicros = missed == 0 ? event.micros() : Math.max(missedToMicros, event.micros());
    missedMark = event.mark();
    missed++;
  }

  /** Tells that what arrived in a time is not told, and that nobody counted it. */
  void missedUncounted(long fromMicros, long toMicros, Mark mark) {
    synchronized (this) {
      byte[] text = LiveText.missed(null, fromMicros, Math.max(fromMicros, toMicros));
      queue.add(new Queued(text, mark));
      queuedBytes += text.length + EVENT_BYTES;
    }
    wake();
  }

  /** Tells this, whether there is room or not. */
  void putAnyway(Shared shared) {
    synchronized (this) {
      queue.add(new Queued(shared.text(), shared.event().mark()));
      queuedBytes += shared.text().length + EVENT_BYTES;
    }
    wake();
  }

  private int held() {
    return queuedBytes + thinned.bytes();
  }

  /** Values that waited for their interval are told if it is over. */
  void tick() {
    synchronized (this) {
      if (leastInterval.isZero()
          || thinned.isLeaving()
          || ticker.nanos() - releasedNanos < leastInterval.toNanos()) {
        return;
      }
      release();
    }
    wake();
  }

  private void release() {
    releasedNanos = ticker.nanos();
    released = last;
    thinned.release();
  }

  /** Whether there is room for half of what is held at most; waits for it as long as allowed. */
  synchronized boolean awaitRoom() {
    long beganNanos = ticker.nanos();
    try {
      while (endReason == null && held() > HELD_BYTES_MAX / 2) {
        if (ticker.nanos() - beganNanos > PATIENCE.toNanos()) {
          return false;
        }
        wait(1000);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
    return endReason == null;
  }

  /**
   * Waits a little for who is about to be full.
   *
   * @param nanosMax at most so long
   * @return how long it waited
   */
  synchronized long giveWay(long nanosMax) {
    if (held() <= HELD_BYTES_MAX / 2 || isSlow || nanosMax <= 0) {
      return 0;
    }
    long beganNanos = ticker.nanos();
    long endNanos = beganNanos + Math.min(nanosMax, WAY.toNanos());
    try {
      while (held() > HELD_BYTES_MAX / 4 && ticker.nanos() < endNanos) {
        wait(1);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    isSlow = held() > HELD_BYTES_MAX / 2;
    return ticker.nanos() - beganNanos;
  }

  /** It was seen at this time that all this may still be told. */
  void checked(long nanos) {
    boolean wasHeldBack;
    synchronized (this) {
      wasHeldBack = !isChecked();
      checkedNanos = nanos;
    }
    if (wasHeldBack) {
      wake();
    }
  }

  private boolean isChecked() {
    return ticker.nanos() - checkedNanos <= UNCHECKED_MAX.toNanos();
  }

  /** A comment is due where nothing was told for a beat, less what passes until the next look. */
  void beat() {
    synchronized (this) {
      if (isPinged || ticker.nanos() - toldNanos < BEAT.minus(BEAT_LOOK_EACH).toNanos()) {
        return;
      }
      isPinged = true;
    }
    wake();
  }

  /** Nothing more is told but the end. */
  public void end(String reason) {
    synchronized (this) {
      if (endReason != null) {
        return;
      }
      endReason = reason;
      queue.clear();
      thinned.clear();
      queuedBytes = 0;
      missed = 0;
      notifyAll();
    }
    wake();
  }

  /** Nothing more is put: what was is told, and then the end. */
  void endWhenTold(String reason) {
    synchronized (this) {
      lastReason = reason;
    }
    wake();
  }

  /** Why it ends; null while it goes on. */
  public synchronized @Nullable String endReason() {
    return endReason;
  }

  /** Whether a client has taken nothing for long of what there is. */
  synchronized boolean isStuck() {
    boolean isAny = held() > 0 || missed > 0 || isPinged || (endReason != null && !isOver);
    return isAny && ticker.nanos() - takenNanos > PATIENCE.toNanos();
  }

  /** Whether the end was taken: nothing comes any more. */
  public synchronized boolean isOver() {
    return isOver;
  }

  /** The client is gone, or was told the end. */
  public void close() {
    end("client-gone");
    List<Consumer<String>> hooks;
    String reason;
    synchronized (this) {
      hooks = whenClosed;
      reason = endReason;
      whenClosed = null;
    }
    if (hooks != null && reason != null) {
      hooks.forEach(hook -> hook.accept(reason));
    }
  }

  /** What is to be sent next, about so many bytes; empty for nothing now. */
  public synchronized byte[] take(int bytesMax) {
    byte[] taken = next(bytesMax);
    takenNanos = ticker.nanos();
    toldNanos = taken.length > 0 ? takenNanos : toldNanos;
    return taken;
  }

  private byte[] next(int bytesMax) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(256);
    if (isPinged) {
      isPinged = false;
      out.writeBytes(LiveText.COMMENT);
    }
    if (endReason != null) {
      if (!isOver) {
        isOver = true;
        write(out, done, LiveText.end(endReason));
      }
      return out.toByteArray();
    }
    if (isChecked()) {
      boolean isMore = true;
      while (isMore && out.size() < bytesMax) {
        isMore = takeOne(out);
      }
      isSlow &= isMore;
      notifyAll();
      if (!isMore && lastReason != null) {
        endReason = lastReason;
        isOver = true;
        write(out, done, LiveText.end(lastReason));
      }
    }
    return out.toByteArray();
  }

  /** What is queued goes before values: a mark of theirs says that all before it was told. */
  private boolean takeOne(ByteArrayOutputStream out) {
    Queued queued = queue.poll();
    if (queued != null) {
      queuedBytes -= queued.text.length + EVENT_BYTES;
      tell(out, queued.mark, queued.text);
      return true;
    }
    Measured measured = thinned.next();
    if (measured != null) {
      done = thinned.isLeaving() ? done : released;
      write(out, done, LiveText.of(measured));
      return true;
    }
    if (lastReason != null && thinned.isWaiting()) {
      release();
      return true;
    }
    if (missed > 0) {
      long count = missed;
      missed = 0;
      tell(out, missedMark, LiveText.missed(count, missedFromMicros, missedToMicros));
      return true;
    }
    return false;
  }

  private void tell(ByteArrayOutputStream out, Mark mark, byte[] text) {
    if (!thinned.isWaiting() && !thinned.isLeaving()) {
      done = mark;
    }
    write(out, done, text);
  }

  private static void write(ByteArrayOutputStream out, Mark mark, byte[] text) {
    out.writeBytes(("id: " + mark.text() + "\n").getBytes(UTF_8));
    out.writeBytes(text);
  }

  private void wake() {
    Runnable runnable;
    synchronized (this) {
      runnable = wake;
    }
    if (runnable != null) {
      runnable.run();
    }
  }
}
