package qiantang.store.fold;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.LongStream;
import qiantang.store.codec.BlockCodec;
import qiantang.store.codec.BlockCodec.Member;
import qiantang.store.codec.Column;
import qiantang.store.codec.DeviceColumns;
import qiantang.store.codec.FrameCodec;
import qiantang.store.fold.FoldTables.Block;
import qiantang.store.fold.FoldTables.BlockPartition;
import qiantang.store.fold.FoldTables.LaneCursor;
import qiantang.store.harness.Entries;
import qiantang.store.harness.ManualTime;
import qiantang.store.harness.Stages;
import qiantang.store.journal.JournalTables.LanePosition;
import qiantang.store.journal.JournalTables.Start;
import qiantang.store.journal.JournalTables.StoredFrame;
import qiantang.store.journal.Lane;
import qiantang.store.memory.MemoryFolds;
import qiantang.store.memory.MemoryJournal;
import qiantang.store.memory.MemoryRegistry;
import qiantang.store.model.EnterpriseId;
import qiantang.store.model.Entry;
import qiantang.store.model.LaneMinute;
import qiantang.store.model.MetricValue;
import qiantang.store.model.Reading;
import qiantang.store.model.StartId;

/** Tables in memory, a sorter on them, and what frames and blocks say, to be compared. */
final class Sorted {
  private static final int GROUPS_MAX = 16;

  final ManualTime time = new ManualTime();
  final MemoryJournal journal = new MemoryJournal(time, Runnable::run, true);
  final MemoryFolds folds = new MemoryFolds(Runnable::run);
  final FoldMeter meter = new FoldMeter();
  final Sorter sorter = sorter(folds);

  Sorter sorter(FoldTables tables) {
    return new Sorter(journal, tables, layouts(tables), time, meter, Runnable::run);
  }

  Layouts layouts(FoldTables tables) {
    return new Layouts(tables, new MemoryRegistry(), time);
  }

  Start start(long number) {
    return Stages.done(journal.readStart(new StartId(new UUID(0, number)))).orElseThrow();
  }

  /** Cursors of all lanes that have one. */
  Map<Integer, LaneCursor> cursors(StartId start) {
    Map<Integer, LaneCursor> cursors = new HashMap<>();
    Stages.done(folds.readLaneCursors(start)).forEach(row -> cursors.put(row.lane(), row));
    return cursors;
  }

  /** Sorts every lane of every start as far as it can be. */
  void sortAll() {
    sortAll(sorter);
  }

  void sortAll(Sorter with) {
    for (Start start : Stages.done(journal.readStarts())) {
      Map<Integer, LaneCursor> cursors = cursors(start.id());
      for (int lane = 0; lane < start.lanes().size(); lane++) {
        LaneCursor cursor = cursors.get(lane);
        do {
          cursor = Stages.done(with.sort(start, lane, cursor));
        } while (cursor.minute() < start.reach(lane));
      }
    }
  }

  /** All blocks of an enterprise, in order of arrival. */
  List<Block> blocks(EnterpriseId enterprise) {
    List<Block> blocks = new ArrayList<>();
    long hour = Math.floorDiv(ManualTime.BEGIN.getEpochSecond(), 3600);
    for (long h = hour; h < hour + 72; h++) {
      for (int group = 0; group < GROUPS_MAX; group++) {
        BlockPartition partition = new BlockPartition(enterprise, group, h);
        blocks.addAll(Stages.done(folds.readBlocks(partition, Long.MIN_VALUE, Long.MAX_VALUE)));
      }
    }
    blocks.sort((a, b) -> a.key().compareTo(b.key()));
    return blocks;
  }

  /** What blocks say of an enterprise: each sample's last value, by device, metric, event time. */
  SortedMap<String, String> inBlocks(EnterpriseId enterprise) {
    SortedMap<String, String> samples = new TreeMap<>();
    for (Block block : blocks(enterprise)) {
      samples.putAll(samples(block));
    }
    return samples;
  }

  /** What one block says; a sample that is there twice is a bug. */
  static SortedMap<String, String> samples(Block block) {
    SortedMap<String, String> samples = new TreeMap<>();
    for (Member member : members(block)) {
      DeviceColumns columns = member.columns();
      for (Column column : columns.columns()) {
        for (int i = 0; i < column.count(); i++) {
          int row = column.row(i);
          String before =
              samples.put(
                  "%s %s %d"
                      .formatted(member.device(), column.metric(), columns.eventTimeMicros(row)),
                  "%s %d %s %s"
                      .formatted(
                          Entries.text(column.value(i)),
                          columns.arrivalMillis(row),
                          columns.stamped(row),
                          columns.possibleRepeat(row)));
          if (before != null) {
            throw new AssertionError("twice in one block: " + member.device() + " " + before);
          }
        }
      }
    }
    return samples;
  }

  static List<Member> members(Block block) {
    return switch (BlockCodec.decode(block.bytes())) {
      case BlockCodec.Decoded.Members(List<Member> members) -> members;
      case BlockCodec.Decoded.Damaged(String reason) -> throw new AssertionError(reason);
    };
  }

  /** What the frames with labels before the lanes' cursors say, in the same form. */
  SortedMap<String, String> inSortedFrames(EnterpriseId enterprise) {
    SortedMap<String, String> samples = new TreeMap<>();
    List<StoredFrame> frames = new ArrayList<>();
    for (Start start : Stages.done(journal.readStarts())) {
      cursors(start.id())
          .values()
          .forEach(row -> frames.addAll(frames(start, row.lane(), row.minute())));
    }
    frames.sort((a, b) -> a.key().compareTo(b.key()));
    frames.forEach(frame -> putSamples(frame, enterprise, samples));
    return samples;
  }

  /** All births, presence and rejection records of an enterprise, by id. */
  SortedMap<String, Entry> records(EnterpriseId enterprise) {
    SortedMap<String, Entry> records = new TreeMap<>();
    for (Start start : Stages.done(journal.readStarts())) {
      for (int lane = 0; lane < start.lanes().size(); lane++) {
        frames(start, lane, Long.MAX_VALUE)
            .forEach(frame -> putRecords(frame, enterprise, records));
      }
    }
    return records;
  }

  /** Those of them that lie before the lanes' cursors. */
  SortedMap<String, Entry> sortedRecords(EnterpriseId enterprise) {
    SortedMap<String, Entry> records = new TreeMap<>();
    for (Start start : Stages.done(journal.readStarts())) {
      cursors(start.id())
          .values()
          .forEach(
              row ->
                  frames(start, row.lane(), row.minute())
                      .forEach(frame -> putRecords(frame, enterprise, records)));
    }
    return records;
  }

  private static void putRecords(
      StoredFrame frame, EnterpriseId enterprise, SortedMap<String, Entry> into) {
    if (FrameCodec.decode(frame.bytes(), enterprise)
        instanceof FrameCodec.Decoded.Sections sections) {
      for (FrameCodec.Section section : sections.sections()) {
        for (FrameCodec.Numbered numbered : section.entries()) {
          Entry entry = numbered.entry();
          if (!(entry instanceof Entry.Readings)) {
            into.put(EventId.of(frame.key(), numbered.index(), entry.arrivalMicros()), entry);
          }
        }
      }
    }
  }

  /** Everything that was stored of an enterprise, in the same form. */
  SortedMap<String, String> inAllFrames(EnterpriseId enterprise) {
    SortedMap<String, String> samples = new TreeMap<>();
    List<StoredFrame> frames = new ArrayList<>();
    for (Start start : Stages.done(journal.readStarts())) {
      for (int lane = 0; lane < start.lanes().size(); lane++) {
        frames.addAll(frames(start, lane, Long.MAX_VALUE));
      }
    }
    frames.sort((a, b) -> a.key().compareTo(b.key()));
    frames.forEach(frame -> putSamples(frame, enterprise, samples));
    return samples;
  }

  private List<StoredFrame> frames(Start start, int lane, long beforeMinute) {
    LanePosition position = start.lanes().get(lane);
    long end = Math.min(beforeMinute, position.minute() + Lane.MINUTES_AHEAD + 1);
    List<StoredFrame> frames = new ArrayList<>();
    LongStream.range(start.beginMinute(), end)
        .forEach(
            minute ->
                frames.addAll(
                    Stages.done(journal.readFrames(new LaneMinute(start.id(), lane, minute), 0))));
    return frames;
  }

  private static void putSamples(
      StoredFrame frame, EnterpriseId enterprise, SortedMap<String, String> into) {
    if (!(FrameCodec.decode(frame.bytes(), enterprise)
        instanceof FrameCodec.Decoded.Sections sections)) {
      return;
    }
    for (FrameCodec.Section section : sections.sections()) {
      for (FrameCodec.Numbered numbered : section.entries()) {
        if (numbered.entry() instanceof Entry.Readings entry) {
          for (Reading reading : entry.readings()) {
            for (MetricValue value : reading.values()) {
              into.put(
                  "%s %s %d".formatted(reading.device(), value.metric(), reading.eventTimeMicros()),
                  "%s %d %s %s"
                      .formatted(
                          Entries.text(value.value()),
                          Math.floorDiv(entry.arrivalMicros(), 1000),
                          reading.stamped(),
                          reading.possibleRepeat()));
            }
          }
        }
      }
    }
  }
}
