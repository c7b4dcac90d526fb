package qiantang.store.read;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import qiantang.store.codec.BlockCodec;
import qiantang.store.codec.DeviceColumns;
import qiantang.store.codec.HealthCellsCodec;
import qiantang.store.fold.FoldTables.BlockKey;
import qiantang.store.fold.FoldTables.LaneCursor;
import qiantang.store.fold.HealthRecords;
import qiantang.store.fold.HealthTables.HealthPartition;
import qiantang.store.fold.HealthTables.HealthRow;
import qiantang.store.fold.HealthTally;
import qiantang.store.fold.Masks;
import qiantang.store.fold.Place;
import qiantang.store.health.Behaviour;
import qiantang.store.health.HealthCells;
import qiantang.store.journal.JournalTables.Whereabouts;
import qiantang.store.model.DeviceId;
import qiantang.store.model.Entry;
import qiantang.store.model.FrameKey;
import qiantang.store.model.LaneMinute;
import qiantang.store.model.Reading;
import qiantang.store.model.Register;
import qiantang.store.model.Register.OpenSession;
import qiantang.store.read.Positions.LaneKey;

/**
 * What devices did in the last day, of health rows, and of the blocks and frames that are in none:
 * counted as the packer counts them, each lane-minute once. Rows come first. Any thread.
 */
final class HealthMerge {
  private final Map<LaneKey, Long> unsortedFrom = new HashMap<>();
  private final Set<LaneKey> lanes = new HashSet<>();
  private final Masks masks;

  // All guarded by this.
  private final Map<DeviceId, Known> devices = new HashMap<>();
  private @Nullable LaneMinute recordsAt;
  private final Set<Place> taken = new HashSet<>();
  private int damaged;

  /** What is known of one device: rows as they were stored, since a list may be of thousands. */
  private static final class Known {
    private final List<byte[]> rows = new ArrayList<>(2);
    private long sessionsMinute = Long.MIN_VALUE;
    private long readingsMinute = Long.MIN_VALUE;
    private final HealthCells cells = new HealthCells();
    // Frames and blocks come in order each, but not one behind the other.
    private @Nullable HealthTally ofBlocks;
    private @Nullable HealthTally ofFrames;

    HealthTally ofBlocks() {
      HealthTally tally = ofBlocks == null ? new HealthTally(cells) : ofBlocks;
      ofBlocks = tally;
      return tally;
    }

    HealthTally ofFrames() {
      HealthTally tally = ofFrames == null ? new HealthTally(cells) : ofFrames;
      ofFrames = tally;
      return tally;
    }
  }

  /** A merge over what these positions say is folded. */
  HealthMerge(Positions positions) {
    masks = positions.masks();
    for (Whereabouts row : positions.whereabouts()) {
      lanes.add(new LaneKey(row.start(), row.lane()));
    }
    for (LaneCursor cursor : positions.cursors().values()) {
      unsortedFrom.put(new LaneKey(cursor.start(), cursor.lane()), cursor.minute());
    }
  }

  /** Takes a row; before anything that may be in it. */
  synchronized void row(HealthRow row) {
    if (masks.isEarlierRow(row.device(), row.minute())) {
      return;
    }
    Known known = known(row.device());
    known.rows.add(row.bytes());
    if (row.partition().layoutDay() == HealthPartition.SESSIONS_DAY) {
      known.sessionsMinute = row.minute();
    } else {
      // Of two layouts, the later one's has what arrived since it holds.
      known.readingsMinute = Math.max(known.readingsMinute, row.minute());
    }
  }

  /** Takes of a block what a device sent, hidden or not, but nothing of an earlier one. */
  synchronized void block(BlockKey key, BlockCodec.Member member) {
    LaneMinute at = new LaneMinute(key.start(), key.lane(), key.minute());
    DeviceColumns own = masks.own(member.device(), member.columns());
    if (isOfBlocks(at) && own.rows() > 0) {
      Known known = known(member.device());
      if (key.minute() >= known.readingsMinute) {
        known.ofBlocks().add(at, own);
      }
    }
  }

  /** Takes a record of a block. */
  synchronized void record(Place place, Entry entry, WantedDevices wanted) {
    LaneMinute at = place.frame().partition();
    if (!at.equals(recordsAt)) {
      recordsAt = at;
      taken.clear();
    }
    if (isOfBlocks(at) && isWanted(entry, wanted) && taken.add(place)) {
      record(at, entry);
    }
  }

  /** Takes an entry of a frame. */
  synchronized void frame(FrameKey frame, Entry entry, WantedDevices wanted) {
    LaneMinute at = frame.partition();
    if (isOfBlocks(at)) {
      return;
    }
    if (entry instanceof Entry.Readings message) {
      long arrivalMillis = Math.floorDiv(message.arrivalMicros(), 1000L);
      for (Reading reading : message.readings()) {
        if (wanted.contains(reading.device())
            && !reading.values().isEmpty()
            && !masks.isEarlier(reading.device(), message)) {
          Known known = known(reading.device());
          if (at.minute() >= known.readingsMinute) {
            known.ofFrames().add(at, reading.eventTimeMicros(), arrivalMillis, reading.stamped());
          }
        }
      }
    } else if (isWanted(entry, wanted)) {
      record(at, entry);
    }
  }

  private boolean isWanted(Entry entry, WantedDevices wanted) {
    DeviceId device = HealthRecords.deviceOf(entry);
    return device != null && wanted.contains(device) && !masks.isEarlier(device, entry);
  }

  private void record(LaneMinute at, Entry entry) {
    DeviceId device = HealthRecords.deviceOf(entry);
    if (device != null && at.minute() >= known(device).sessionsMinute) {
      known(device).cells.record(entry);
    }
  }

  /** Blocks tell of what is sorted, frames of the rest: each lane-minute is counted once. */
  private boolean isOfBlocks(LaneMinute at) {
    LaneKey lane = new LaneKey(at.start(), at.lane());
    Long from = unsortedFrom.get(lane);
    return from == null ? !lanes.contains(lane) : at.minute() < from;
  }

  private Known known(DeviceId device) {
    return devices.computeIfAbsent(device, id -> new Known());
  }

  /** All of which anything is known. */
  synchronized Set<DeviceId> devices() {
    return Set.copyOf(devices.keySet());
  }

  /** How many rows could not be decoded. */
  synchronized int damaged() {
    return damaged;
  }

  /** What a device did; the merge is done. */
  synchronized Behaviour behaviour(DeviceId device, long nowMillis) {
    Known known = devices.get(device);
    if (known == null) {
      return Behaviour.NONE;
    }
    if (known.ofBlocks != null) {
      known.ofBlocks.close();
    }
    if (known.ofFrames != null) {
      known.ofFrames.close();
    }
    HealthCells all = new HealthCells();
    all.add(known.cells);
    known.rows.forEach(row -> add(row, all));
    return all.isEmpty() ? Behaviour.NONE : Behaviour.of(all, nowMillis);
  }

  private void add(byte[] row, HealthCells all) {
    switch (HealthCellsCodec.decode(row)) {
      case HealthCellsCodec.Decoded.Whole(HealthCells cells) -> all.add(cells);
      case HealthCellsCodec.Decoded.Damaged _ -> damaged++;
    }
  }

  /**
   * For which share of the last day a device had a session of its own; null where none is known.
   * What went on when the day began follows from what goes on now, and from what began and ended.
   */
  static @Nullable Double connectedShare(
      @Nullable Register register, Behaviour behaviour, Sessions sessions, long nowMillis) {
    if (register == null || register.last() == null) {
      return null;
    }
    double beginMillis = (double) HealthCells.beginMillis(nowMillis);
    double first = Math.max(beginMillis, register.firstArrivalMicros() / 1000.0);
    double connected = (double) behaviour.sessionMillis();
    for (OpenSession session : register.open()) {
      connected +=
          sessions.isLive(session.start())
              ? (double) nowMillis
              : sessions.lastSignMicros(session) / 1000.0;
    }
    long before = register.open().size() - behaviour.begins() + behaviour.ends();
    connected -= before * beginMillis;
    return nowMillis <= first
        ? null
        : (Double) Math.clamp(connected / (nowMillis - first), 0.0, 1.0);
  }
}
