package qiantang.standalone.system;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import qiantang.store.codec.EntryCodec;
import qiantang.store.codec.FrameCodec;
import qiantang.store.journal.JournalTables;
import qiantang.store.journal.JournalTables.LanePosition;
import qiantang.store.journal.JournalTables.Start;
import qiantang.store.journal.JournalTables.Whereabouts;
import qiantang.store.model.Counts;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;
import qiantang.store.model.Entry;
import qiantang.store.model.FrameKey;
import qiantang.store.model.LaneMinute;
import qiantang.store.model.MetricValue;
import qiantang.store.model.Reading;
import qiantang.store.model.StartId;
import qiantang.store.model.Value;

/**
 * Hours of a journal that no fold has seen: two nodes that are gone, two lanes each, readings on
 * time, late by minutes to days, repeated and corrected; and what answers must say of it, worked
 * out without the code under test.
 */
final class Backlog {
  static final String METRIC = "n";

  private static final int STARTS = 2;
  private static final int LANES = 2;
  private static final int DEVICES = 6;
  private static final long MINUTE_MILLIS = 60_000;

  /** Whose samples, and where they are expected. */
  record Source(EnterpriseId enterprise, String device) {}

  private record Sent(Source source, long eventMillis, long value) {}

  private final Random random;
  private final long firstMinute;
  private final int minutes;
  private final List<EnterpriseId> enterprises;
  private final Map<Source, Map<Long, Long>> expected = new HashMap<>();
  private final List<Sent> sent = new ArrayList<>();
  private long value;

  /** A backlog that begins with this minute. */
  Backlog(long seed, long firstMinute, int minutes, List<EnterpriseId> enterprises) {
    random = new Random(seed);
    this.firstMinute = firstMinute;
    this.minutes = minutes;
    this.enterprises = enterprises;
  }

  /** Event time in ms to value, by device. */
  Map<Source, Map<Long, Long>> expected() {
    return expected;
  }

  /** Writes it all, the starts sealed. */
  void write(JournalTables tables) {
    // Arrival order within a minute is by start, so they are written in it.
    SortedMap<StartId, long[]> sequences = new TreeMap<>();
    for (int i = 0; i < STARTS; i++) {
      StartId start = new StartId(new UUID(random.nextLong(), random.nextLong()));
      sequences.put(start, new long[LANES]);
    }
    for (StartId start : sequences.keySet()) {
      for (EnterpriseId enterprise : enterprises) {
        for (int lane = 0; lane < LANES; lane++) {
          // The backlog is one stretch of whereabouts that is renewed every half hour.
          done(
              tables.insertWhereabouts(
                  new Whereabouts(enterprise, start, lane, firstMinute, firstMinute + minutes)));
        }
      }
    }
    for (int i = 0; i < minutes; i++) {
      long minute = firstMinute + i;
      sequences.forEach((start, last) -> writeMinute(tables, start, last, minute));
    }
    for (StartId start : sequences.keySet()) {
      List<LanePosition> lanes = new ArrayList<>();
      for (long last : sequences.getOrDefault(start, new long[0])) {
        lanes.add(new LanePosition(firstMinute + minutes, last, last));
      }
      done(tables.insertStart(new Start(start, "gone", firstMinute, 1, 0, false, lanes)));
      done(tables.seal(start, 1));
    }
  }

  private void writeMinute(JournalTables tables, StartId start, long[] last, long minute) {
    for (int lane = 0; lane < LANES; lane++) {
      for (int frames = random.nextInt(3); frames > 0; frames--) {
        LaneMinute partition = new LaneMinute(start, lane, minute);
        done(tables.insertFrame(new FrameKey(partition, ++last[lane]), frame(minute)));
      }
    }
  }

  private byte[] frame(long minute) {
    FrameCodec.Builder frame = new FrameCodec.Builder(1024);
    for (EnterpriseId enterprise : enterprises) {
      List<byte[]> entries = new ArrayList<>();
      for (int i = random.nextInt(4); i >= 0; i--) {
        entries.add(EntryCodec.encode(entry(enterprise, minute)));
      }
      frame.add(enterprise, new Counts(entries.size(), 0, entries.size(), 0), entries);
    }
    return frame.build();
  }

  private Entry entry(EnterpriseId enterprise, long minute) {
    long arrivalMillis = minute * MINUTE_MILLIS + random.nextInt((int) MINUTE_MILLIS);
    Source source = new Source(enterprise, "device-" + random.nextInt(DEVICES));
    long eventMillis =
        switch (random.nextInt(8)) {
          case 0 -> arrivalMillis - random.nextInt(20 * (int) MINUTE_MILLIS);
          case 1 -> arrivalMillis - random.nextInt(3 * 86_400_000);
          case 2 -> arrivalMillis + random.nextInt(4 * (int) MINUTE_MILLIS);
          default -> arrivalMillis - random.nextInt(2000);
        };
    long now = ++value;
    if (!sent.isEmpty() && random.nextInt(4) == 0) {
      // Sent again, by the same device, unchanged or corrected, perhaps by way of the other node.
      Sent again = sent.get(Math.max(0, sent.size() - 1 - random.nextInt(200)));
      if (again.source.enterprise().equals(enterprise)) {
        source = again.source;
        eventMillis = again.eventMillis;
        now = random.nextBoolean() ? again.value : now;
      }
    }
    sent.add(new Sent(source, eventMillis, now));
    expected.computeIfAbsent(source, key -> new TreeMap<>()).put(eventMillis, now);
    DeviceId device = new DeviceId(source.device());
    return new Entry.Readings(
        device,
        arrivalMillis * 1000,
        List.of(
            new Reading(
                device,
                eventMillis * 1000,
                true,
                false,
                List.of(new MetricValue(METRIC, new Value.Int(now))))));
  }

  private static void done(java.util.concurrent.CompletionStage<?> stage) {
    stage.toCompletableFuture().join();
  }
}
