package qiantang.store.fold;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import qiantang.store.codec.BlockCodec;
import qiantang.store.codec.BlockCodec.Member;
import qiantang.store.codec.ContentDigest;
import qiantang.store.codec.FrameCodec;
import qiantang.store.codec.FrameCodec.Decoded;
import qiantang.store.codec.RecordsCodec;
import qiantang.store.fold.FoldTables.Block;
import qiantang.store.fold.FoldTables.BlockKey;
import qiantang.store.fold.FoldTables.BlockPartition;
import qiantang.store.fold.RecordTables.Event;
import qiantang.store.fold.RecordTables.LaneCounts;
import qiantang.store.journal.JournalTables.StoredFrame;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;
import qiantang.store.model.Entry;
import qiantang.store.model.FrameKey;

/** What some frames of one lane-minute hold, to be made into rows. One thread at a time. */
final class Piece {
  private static final int HOUR_MINUTES = 60;

  private final FrameKey last;
  private final SortedMap<EnterpriseId, Map<DeviceId, DeviceReadings>> readings = new TreeMap<>();
  private final SortedMap<EnterpriseId, List<RecordsCodec.Item>> records = new TreeMap<>();
  private final SortedMap<EnterpriseId, LaneCounts> counts = new TreeMap<>();
  private final List<Event> events = new ArrayList<>();
  private int damagedFrames;

  /** Decodes frames in order of arrival, at least one, each once for all its enterprises. */
  Piece(List<StoredFrame> frames) {
    last = frames.getLast().key();
    for (StoredFrame frame : frames) {
      switch (FrameCodec.decode(frame.bytes())) {
        case Decoded.Damaged _ -> damagedFrames++;
        case Decoded.Sections(List<FrameCodec.Section> sections) ->
            sections.forEach(section -> add(frame.key(), section));
      }
    }
  }

  private void add(FrameKey frame, FrameCodec.Section section) {
    EnterpriseId enterprise = section.enterprise();
    for (FrameCodec.Numbered numbered : section.entries()) {
      int index = numbered.index();
      Entry entry = numbered.entry();
      switch (entry) {
        case Entry.Readings readings -> add(enterprise, readings);
        // For health rows, which are made of blocks; what was refused is told by the events.
        case Entry.Rejection rejection -> {
          addEvent(enterprise, frame, index, entry);
          if (HealthRecords.deviceOf(rejection) != null) {
            addRecord(enterprise, frame, index, HealthRecords.counted(rejection));
          }
        }
        // Programs that know no deaths cannot read the frames of such blocks either.
        case Entry.Birth _, Entry.Presence _, Entry.Death _ -> {
          addEvent(enterprise, frame, index, entry);
          addRecord(enterprise, frame, index, entry);
        }
      }
    }
    if (!section.entries().isEmpty()) {
      addCounts(frame, section);
    }
  }

  private void addRecord(EnterpriseId enterprise, FrameKey frame, int index, Entry entry) {
    records
        .computeIfAbsent(enterprise, id -> new ArrayList<>())
        .add(new RecordsCodec.Item(frame.sequence(), index, entry));
  }

  private void addCounts(FrameKey frame, FrameCodec.Section section) {
    counts.put(
        section.enterprise(),
        new LaneCounts(
            section.enterprise(),
            frame.partition().start(),
            frame.partition().lane(),
            frame.sequence(),
            section.counts(),
            section.entries().getLast().entry().arrivalMicros()));
  }

  private void addEvent(EnterpriseId enterprise, FrameKey frame, int index, Entry entry) {
    String id = EventId.of(frame, index, entry.arrivalMicros());
    events.addAll(Events.of(enterprise, id, entry));
  }

  private void add(EnterpriseId enterprise, Entry.Readings entry) {
    Map<DeviceId, DeviceReadings> devices =
        readings.computeIfAbsent(enterprise, id -> new HashMap<>());
    entry
        .readings()
        .forEach(
            reading ->
                devices
                    .computeIfAbsent(reading.device(), id -> new DeviceReadings())
                    .add(reading, entry.arrivalMicros()));
  }

  /** Whose readings there are. */
  List<EnterpriseId> enterprises() {
    return List.copyOf(readings.keySet());
  }

  /** All births, presence and rejection records, in each list in which they belong. */
  List<Event> events() {
    return events;
  }

  /** Of each enterprise, its counts at the end. */
  List<LaneCounts> counts() {
    return List.copyOf(counts.values());
  }

  int damagedFrames() {
    return damagedFrames;
  }

  /**
   * All readings as blocks of the groups that the arrival day's layout has; all births and presence
   * records as blocks of their own group.
   *
   * @param histories of each of the enterprises that have readings
   */
  List<Block> blocks(List<LayoutHistory> histories) {
    List<Block> blocks = new ArrayList<>();
    for (LayoutHistory history : histories) {
      Layout layout = history.at(last.partition().minute());
      SortedMap<Integer, List<Member>> groups = new TreeMap<>();
      new TreeMap<>(readings.getOrDefault(history.enterprise(), Map.of()))
          .forEach(
              (device, theirs) ->
                  groups
                      .computeIfAbsent(layout.groupOf(device), group -> new ArrayList<>())
                      .add(new Member(device, theirs.columns())));
      groups.forEach(
          (group, members) -> {
            for (byte[] bytes : BlockCodec.encode(members)) {
              blocks.add(new Block(key(history.enterprise(), group, bytes), bytes));
            }
          });
    }
    records.forEach(
        (enterprise, items) -> {
          for (byte[] bytes : RecordsCodec.encode(items)) {
            blocks.add(new Block(key(enterprise, FoldTables.RECORDS_GROUP, bytes), bytes));
          }
        });
    return blocks;
  }

  private BlockKey key(EnterpriseId enterprise, int group, byte[] bytes) {
    long minute = last.partition().minute();
    return new BlockKey(
        new BlockPartition(enterprise, group, Math.floorDiv(minute, HOUR_MINUTES)),
        minute,
        last.partition().start(),
        last.partition().lane(),
        last.sequence(),
        ContentDigest.of(bytes));
  }
}
