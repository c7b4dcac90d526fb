package qiantang.store.journal;

import java.util.concurrent.atomic.LongAdder;
import org.slf4j.LoggerFactory;

/**
 * What the journal counts, and what it complains of: of all lanes and starts of a program together.
 * Programs expose the counts as metrics. Times are taken from the ticker so that a simulation stays
 * deterministic.
 */
public final class JournalMeter {
  /** Told of each frame that was stored. */
  @FunctionalInterface
  public interface FrameListener {
    /** A frame of so many bytes and entries took so long to be stored. */
    void stored(int bytes, int entries, long nanos);
  }

  private final Ticker ticker;
  private final FrameListener listener;
  private final LongAdder frames = new LongAdder();
  private final LongAdder entries = new LongAdder();
  private final LongAdder bytes = new LongAdder();
  private final LongAdder retries = new LongAdder();
  private final LimitedLog frameTrouble;
  private final LimitedLog heartbeatTrouble;

  /** A meter that also tells somebody of each frame, for a histogram. */
  public JournalMeter(Ticker ticker, FrameListener listener) {
    this.ticker = ticker;
    this.listener = listener;
    frameTrouble = new LimitedLog(LoggerFactory.getLogger(Lane.class), ticker);
    heartbeatTrouble = new LimitedLog(LoggerFactory.getLogger(Heartbeat.class), ticker);
  }

  /** Frames known to be stored. */
  public long frames() {
    return frames.sum();
  }

  /** Entries in them. */
  public long entries() {
    return entries.sum();
  }

  /** Bytes of them. */
  public long bytes() {
    return bytes.sum();
  }

  /** Writes repeated because their outcome was unknown. */
  public long retries() {
    return retries.sum();
  }

  long nanos() {
    return ticker.nanos();
  }

  void stored(int frameBytes, int frameEntries, long nanos) {
    frames.increment();
    entries.add(frameEntries);
    bytes.add(frameBytes);
    listener.stored(frameBytes, frameEntries, nanos);
  }

  /** A write is repeated; {@code what} and why, for a person. */
  void retried(String what, Throwable error) {
    retries.increment();
    frameTrouble.warn(what, error);
  }

  /** A heartbeat was not written; the next one follows. */
  void missedBeat(String what, Throwable error) {
    heartbeatTrouble.warn(what, error);
  }
}
