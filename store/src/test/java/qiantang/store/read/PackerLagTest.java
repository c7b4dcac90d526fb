package qiantang.store.read;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import qiantang.store.codec.EntryCodec;
import qiantang.store.codec.FrameCodec;
import qiantang.store.fold.Beginnings;
import qiantang.store.fold.FoldMeter;
import qiantang.store.fold.FoldTables;
import qiantang.store.fold.FoldTables.LaneCursor;
import qiantang.store.fold.Layouts;
import qiantang.store.fold.Packer;
import qiantang.store.fold.Sorter;
import qiantang.store.harness.Entries;
import qiantang.store.harness.ManualTime;
import qiantang.store.harness.Stages;
import qiantang.store.journal.JournalTables.LanePosition;
import qiantang.store.journal.JournalTables.Start;
import qiantang.store.journal.JournalTables.Whereabouts;
import qiantang.store.memory.MemoryFolds;
import qiantang.store.memory.MemoryJournal;
import qiantang.store.memory.MemoryRegistry;
import qiantang.store.model.Counts;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;
import qiantang.store.model.FrameKey;
import qiantang.store.model.LaneMinute;
import qiantang.store.model.StartId;

/** Packers that are days behind, on tables that expire, and what readers say then. */
class PackerLagTest {
  private static final EnterpriseId ACME = new EnterpriseId("acme");
  private static final DeviceId DEVICE = new DeviceId("d");
  private static final StartId ONE = new StartId(new UUID(0, 1));
  private static final long MINUTE_MICROS = 60_000_000L;
  private static final int MINUTES = 300;

  private final ManualTime time = new ManualTime();
  private final long now = time.minute();
  private final MemoryJournal journal = MemoryJournal.expiring(time, Runnable::run);
  private final MemoryFolds folds = MemoryFolds.expiring(time, Runnable::run);
  private final Layouts layouts = new Layouts(folds, new MemoryRegistry(), time);
  private final FoldMeter meter = new FoldMeter();
  private final Reader reader = Readers.over(journal, folds, time, 1 << 20);

  @Test
  void aPackerThatFailsForAWeekLosesNothing() {
    send(MINUTES);
    sort();
    Packer failing =
        packer(
            Watched.tables(
                FoldTables.class,
                folds,
                method ->
                    method.equals("insertChunks")
                        ? CompletableFuture.failedFuture(new IllegalStateException("cannot"))
                        : null));
    for (int i = 0; i < 7 * 24; i++) {
      time.stepWallClock(Duration.ofHours(1));
      Stages.failure(failing.pack(ACME, now + MINUTES + 1000));
      assertWhole();
    }
    assertEquals(MINUTES + 1, meter.keptBlocks(), "each once, and the records");
    Stages.done(packer(folds).pack(ACME, now + MINUTES + 1000));
    assertWhole();
    assertEquals(0, meter.lostMinutes());
    time.stepWallClock(Duration.ofDays(4)); // no block is left
    assertWhole();
  }

  @Test
  void whatAStuckLaneHoldsBackForAWeekIsKeptThoughTheEnterpriseFellSilent() {
    send(MINUTES);
    sort();
    Packer packer = packer(folds);
    for (int i = 0; i < 7 * 24; i++) {
      time.stepWallClock(Duration.ofHours(1));
      Stages.done(packer.pack(ACME, now - 10));
      assertWhole();
    }
    assertEquals(MINUTES + 1, meter.keptBlocks());
    Stages.done(packer.pack(ACME, now + MINUTES + 1000));
    assertWhole();
    assertEquals(0, meter.lostMinutes());
  }

  @Test
  void aPackerThatKeepsUpWritesNothingAgain() {
    send(MINUTES);
    sort();
    Packer packer = packer(folds);
    for (int i = 0; i < 100; i++) {
      Stages.done(packer.pack(ACME, now + MINUTES + 1000 + 60L * i));
      time.stepWallClock(Duration.ofHours(1));
    }
    assertEquals(0, meter.keptBlocks());
    assertEquals(0, meter.lostMinutes());
    assertWhole();
  }

  @Test
  void whatExpiredWhileNobodyPackedIsAGapOfWhichAnswersTell() {
    send(MINUTES);
    sort();
    Stages.done(packer(folds).pack(ACME, now + 100));
    long packed = Stages.done(folds.readPackedMinute(ACME)).orElseThrow();
    time.stepWallClock(Duration.ofDays(4));
    Packer packer = packer(folds);
    for (int i = 0; i < 2; i++) {
      Stages.done(packer.pack(ACME, now + MINUTES + 4000));
      SeriesAnswer answer = series(0, Long.MAX_VALUE);
      assertFalse(answer.completeness().complete());
      Completeness.Gap gap = answer.completeness().gaps().getFirst();
      assertEquals((packed - 5) * MINUTE_MICROS, gap.fromMicros());
      // Until whereabouts say that it was silent.
      assertTrue(gap.toMicros() >= (now + MINUTES) * MINUTE_MICROS);
      assertTrue(gap.toMicros() <= (now + MINUTES + 60) * MINUTE_MICROS);
      assertEquals(packed - now, samples(answer));
      Completeness latest = Stages.done(reader.latest(ACME, DEVICE)).completeness();
      assertFalse(latest.complete());
      assertEquals(List.of(gap), latest.gaps());
    }
    assertTrue(meter.lostMinutes() >= MINUTES - 100 && meter.lostMinutes() < MINUTES + 60);
    SeriesAnswer before = series(0, (packed - 10) * MINUTE_MICROS);
    assertTrue(before.completeness().complete());
    assertEquals(List.of(), before.completeness().gaps());
    assertTrue(
        series((now + MINUTES + 100) * MINUTE_MICROS, Long.MAX_VALUE).completeness().complete());
  }

  @Test
  void aSessionWhoseStartHasExpiredEndedWithTheLastThatArrivedThere() {
    send(MINUTES);
    long last = time.micros() - MINUTE_MICROS;
    sort();
    Stages.done(packer(folds).pack(ACME, now + MINUTES + 1000));
    for (Duration later : List.of(Duration.ofDays(1), Duration.ofDays(20))) {
      time.stepWallClock(later);
      Activity.DeviceActivity device = device();
      assertEquals(Activity.Connection.OFFLINE, device.connection());
      assertEquals("node-lost", device.reason());
    }
    assertEquals(last, device().sinceMicros());
    assertEquals(
        new Counts(MINUTES + 1, 0, MINUTES, 0), Stages.done(reader.activity(ACME)).counts());
  }

  private Activity.DeviceActivity device() {
    Activity.@Nullable DeviceActivity found =
        Stages.done(reader.activity(ACME)).devices().get(DEVICE);
    assertNotNull(found);
    return found;
  }

  private Packer packer(FoldTables tables) {
    return new Packer(
        journal,
        tables,
        layouts,
        new Beginnings(new MemoryRegistry()),
        time,
        meter,
        part -> new byte[0],
        Runnable::run);
  }

  /** A connect, then a reading a minute of one lane, while time goes by; then it is sealed. */
  private void send(int minutes) {
    long reach = now + minutes;
    LanePosition end = new LanePosition(reach, minutes + 1, minutes + 1);
    Stages.done(journal.insertStart(new Start(ONE, "one", now, 1, 0, false, List.of(end))));
    for (int i = 0; i <= minutes; i++) {
      byte[] entry =
          EntryCodec.encode(
              i == 0
                  ? Entries.presence("d", 1, true, "connect", time.micros())
                  : Entries.reading("d", "m", minuteOf(i) * MINUTE_MICROS, time.micros(), i));
      FrameCodec.Builder frame = new FrameCodec.Builder(64);
      frame.add(ACME, new Counts(1 + i, 0, i, 0), List.of(entry));
      FrameKey key = new FrameKey(new LaneMinute(ONE, 0, minuteOf(i)), 1 + i);
      Stages.done(journal.insertFrame(key, frame.build()));
      Stages.done(journal.insertWhereabouts(new Whereabouts(ACME, ONE, 0, now, minuteOf(i))));
      if (i > 0) {
        time.stepWallClock(Duration.ofMinutes(1));
      }
    }
    assertTrue(Stages.done(journal.seal(ONE, 1)));
  }

  private long minuteOf(int number) {
    return now + Math.max(0, number - 1);
  }

  private void sort() {
    Start start = Stages.done(journal.readStart(ONE)).orElseThrow();
    Sorter sorter = new Sorter(journal, folds, layouts, time, meter, Runnable::run);
    LaneCursor cursor = null;
    do {
      cursor = Stages.done(sorter.sort(start, 0, cursor));
    } while (cursor.minute() < start.reach(0));
  }

  private void assertWhole() {
    SeriesAnswer answer = series(0, Long.MAX_VALUE);
    assertEquals(MINUTES, samples(answer));
    assertTrue(answer.completeness().complete());
    assertEquals(Activity.Connection.OFFLINE, device().connection());
  }

  private SeriesAnswer series(long fromMicros, long toMicros) {
    return Stages.done(
        reader.series(new SeriesRequest(ACME, DEVICE, List.of(), fromMicros, toMicros, 1_000_000)));
  }

  private static int samples(SeriesAnswer answer) {
    return answer.series().stream().mapToInt(series -> series.samples().size()).sum();
  }
}
