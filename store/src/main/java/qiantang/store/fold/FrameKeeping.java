package qiantang.store.fold;

import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.stream.LongStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import qiantang.store.journal.JournalTables;
import qiantang.store.model.LaneMinute;
import qiantang.store.model.StartId;

/**
 * Writes frames again that no sorter has taken for a day, before they expire; each once by a
 * process. Any thread.
 */
final class FrameKeeping {
  // Each holds a lane-minute in the database's adapter, 10 MiB at most.
  private static final int MINUTES_AT_ONCE = 2;

  private static final Logger logger = LoggerFactory.getLogger(FrameKeeping.class);

  private final JournalTables journal;
  private final InstantSource clock;
  private final Executor executor;
  private final FoldMeter meter;

  // Up to which minute each lane's frames were written again; of starts that are not finished.
  private final Map<LaneKey, Long> kept = new ConcurrentHashMap<>();

  private record LaneKey(StartId start, int lane) {}

  FrameKeeping(JournalTables journal, InstantSource clock, Executor executor, FoldMeter meter) {
    this.journal = journal;
    this.clock = clock;
    this.executor = executor;
    this.meter = meter;
  }

  /** Forgets all other starts. */
  void retain(Set<StartId> starts) {
    kept.keySet().removeIf(lane -> !starts.contains(lane.start));
  }

  /** Complete when all frames of this lane that are at risk are known to be stored again. */
  CompletionStage<Void> keep(LaneFront front) {
    long now = Lag.minute(clock);
    LaneKey lane = new LaneKey(front.start().id(), front.lane());
    long to = Math.min(front.start().reach(front.lane()), Lag.keepBefore(now));
    long from = Math.max(front.minute(), Lag.framesGoneBefore(now));
    from = Math.max(from, kept.getOrDefault(lane, Long.MIN_VALUE));
    if (from >= to) {
      return Turns.NOTHING;
    }
    List<LaneMinute> minutes =
        LongStream.range(from, to)
            .mapToObj(minute -> new LaneMinute(lane.start, lane.lane, minute))
            .toList();
    return Turns.all(MINUTES_AT_ONCE, executor, minutes, journal::keepFrames)
        .thenAccept(
            counts -> {
              kept.put(lane, to);
              int frames = counts.stream().mapToInt(Integer::intValue).sum();
              meter.keptFrames(frames);
              if (frames > 0) {
                logger.error(
                    "lane {} of start {} is a day behind: {} frames were written again, to be kept"
                        + " for {} days more",
                    lane.lane,
                    lane.start,
                    frames,
                    JournalTables.FRAMES_KEPT_AGAIN.toDays());
              }
            });
  }
}
