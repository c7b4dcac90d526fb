package qiantang.store.fold;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import qiantang.store.codec.RecordsCodec;
import qiantang.store.codec.RegisterCodec;
import qiantang.store.fold.FoldTables.Block;
import qiantang.store.fold.FoldTables.BlockKey;
import qiantang.store.fold.FoldTables.BlockPartition;
import qiantang.store.fold.RecordTables.RegisterPartition;
import qiantang.store.fold.RecordTables.RegisterRow;
import qiantang.store.model.DeviceId;
import qiantang.store.model.Entry;

/**
 * Carries registers on by the births, presence and death records of one step. One thread at a time,
 * but while rows are written.
 */
final class RegisterStep {
  /**
   * Records held at once, some 400 B each: a gateway of 2,000 devices that connects brings 2,001.
   */
  private static final int RECORDS_MAX = 200_000;

  /** Minutes of arrival read at once: a quarter hour with what comes late is 17. */
  private static final int READ_MINUTES_MAX = 30;

  private static final int HOUR_MINUTES = 60;
  private static final int DEVICES_AT_ONCE = 64;
  private static final int WRITES_AT_ONCE = 4;

  private static final Logger logger = LoggerFactory.getLogger(RegisterStep.class);

  private final PackerEnvironment environment;
  private final LayoutHistory layouts;
  private final long span;
  private final long spanEnd;
  private Map<DeviceId, RegisterMerge> merges = new TreeMap<>();
  private final HealthRecords health;
  private Masks masks = Masks.NONE; // read when the step begins
  private int records;
  private boolean hasRecords;
  private volatile boolean hasRows;

  private record Window(long fromMinute, long toMinute) {}

  /** Devices of one partition whose rows are written together. */
  private record Lot(RegisterPartition partition, List<DeviceId> devices) {}

  /** A step that takes what arrived in this span. */
  RegisterStep(PackerEnvironment environment, LayoutHistory layouts, long span) {
    this.environment = environment;
    this.layouts = layouts;
    this.span = span;
    spanEnd = layouts.spanEnd(span);
    health = new HealthRecords(layouts.enterprise());
  }

  /** Complete when all rows are known to be stored. */
  CompletionStage<Void> run() {
    Queue<Window> windows = windows();
    return environment
        .beginnings()
        .with(layouts.enterprise(), Masks.NONE)
        .thenComposeAsync(
            found -> {
              masks = found;
              return Turns.each(
                  environment.executor(), () -> windows.isEmpty() ? null : read(windows.remove()));
            },
            environment.executor())
        .thenComposeAsync(nothing -> write(spanEnd), environment.executor())
        // Of the whole step, so that what is added up is never cut anywhere else by a rerun.
        .thenComposeAsync(
            nothing -> new HealthWrites(environment, masks).write(health.cells(), spanEnd),
            environment.executor());
  }

  /** Whether any record arrived in or just behind the span. */
  boolean hasRecords() {
    return hasRecords;
  }

  /** Whether any register was written. */
  boolean hasRows() {
    return hasRows;
  }

  private Queue<Window> windows() {
    Queue<Window> windows = new ArrayDeque<>();
    // As far as the groups look: where they find nothing, the search goes on behind that.
    long to = spanEnd + LayoutHistory.LATE_MINUTES;
    for (long from = span; from < to; ) {
      long hourEnd = (Math.floorDiv(from, HOUR_MINUTES) + 1) * HOUR_MINUTES;
      long end = Math.min(Math.min(to, hourEnd), from + READ_MINUTES_MAX);
      windows.add(new Window(from, end));
      from = end;
    }
    return windows;
  }

  private CompletionStage<Void> read(Window window) {
    long hour = Math.floorDiv(window.fromMinute, HOUR_MINUTES);
    BlockPartition partition =
        new BlockPartition(layouts.enterprise(), FoldTables.RECORDS_GROUP, hour);
    return environment
        .tables()
        .readBlocks(partition, window.fromMinute, window.toMinute)
        .thenComposeAsync(
            blocks -> {
              hasRecords |= !blocks.isEmpty();
              Queue<Block> todo = new ArrayDeque<>(blocks);
              return Turns.each(environment.executor(), () -> take(todo));
            },
            environment.executor());
  }

  /** Takes blocks until none is left, or there is too much to be held. */
  private @Nullable CompletionStage<Void> take(Queue<Block> blocks) {
    long before = Long.MAX_VALUE;
    while (!blocks.isEmpty()) {
      long minute = blocks.element().key().minute();
      if (minute >= spanEnd) {
        return null; // the next step's
      }
      if (records > RECORDS_MAX && minute > before) {
        return write(minute);
      }
      take(blocks.remove());
      before = minute;
    }
    return null;
  }

  private void take(Block block) {
    switch (RecordsCodec.decode(block.bytes())) {
      case RecordsCodec.Decoded.Items(List<RecordsCodec.Item> items) ->
          items.forEach(item -> take(block.key(), item));
      case RecordsCodec.Decoded.Damaged(String reason) -> {
        environment.meter().damagedBlock();
        logger.error("cannot take records {}, they are left out: {}", block.key(), reason);
      }
    }
  }

  private void take(BlockKey key, RecordsCodec.Item item) {
    Place place = Place.of(key, item.sequence(), item.index());
    health.add(place, item.entry(), masks);
    DeviceId device = RegisterMerge.deviceOf(item.entry());
    if (device != null) {
      merges
          .computeIfAbsent(device, id -> new RegisterMerge())
          .add(device, masks, place, item.entry());
      records++;
    }
    if (item.entry() instanceof Entry.Birth birth && !masks.isEarlier(birth.gateway(), birth)) {
      merges.computeIfAbsent(birth.gateway(), id -> new RegisterMerge()).names(place, birth);
    }
  }

  /**
   * Writes the registers of all devices that are held, as of a minute up to which all was taken.
   */
  private CompletionStage<Void> write(long minute) {
    Map<DeviceId, RegisterMerge> held = merges;
    merges = new TreeMap<>();
    records = 0;
    Iterator<Lot> lots = lots(held).iterator();
    return Turns.each(
        WRITES_AT_ONCE,
        environment.executor(),
        () -> lots.hasNext() ? write(lots.next(), held, minute) : null);
  }

  private List<Lot> lots(Map<DeviceId, RegisterMerge> held) {
    Map<RegisterPartition, Lot> open = new HashMap<>();
    List<Lot> lots = new ArrayList<>();
    for (DeviceId device : held.keySet()) {
      RegisterPartition partition = RegisterPartition.of(layouts.enterprise(), device);
      Lot lot = open.get(partition);
      if (lot == null || lot.devices.size() == DEVICES_AT_ONCE) {
        lot = new Lot(partition, new ArrayList<>());
        open.put(partition, lot);
        lots.add(lot);
      }
      lot.devices.add(device);
    }
    return lots;
  }

  private CompletionStage<Void> write(Lot lot, Map<DeviceId, RegisterMerge> held, long minute) {
    return environment
        .tables()
        .readRegisters(lot.partition, lot.devices)
        .thenComposeAsync(
            old -> {
              List<RegisterRow> rows = rows(lot, held, old, minute);
              hasRows |= !rows.isEmpty();
              return environment
                  .tables()
                  .writeRegisters(rows)
                  .thenRun(() -> environment.meter().storedRegisters(rows.size()));
            },
            environment.executor());
  }

  private List<RegisterRow> rows(
      Lot lot, Map<DeviceId, RegisterMerge> held, List<RegisterRow> old, long minute) {
    Map<DeviceId, RegisterRow> oldOf = new HashMap<>();
    old.forEach(row -> oldOf.put(row.device(), row));
    List<RegisterRow> rows = new ArrayList<>();
    for (DeviceId device : lot.devices) {
      RegisterMerge merge = held.get(device);
      RegisterRow before = oldOf.get(device);
      // Another packer is ahead, or an earlier run was here: these records are in it.
      if (merge == null || (before != null && before.minute() >= minute)) {
        continue;
      }
      if (before != null) {
        switch (RegisterCodec.decode(before.bytes())) {
          case RegisterCodec.Decoded.Whole whole ->
              merge.base(whole.register(), before.minute(), masks.begunMicros(device));
          case RegisterCodec.Decoded.Damaged(String reason) -> damaged(before, reason);
        }
      }
      if (!merge.isKnown()) {
        continue; // a death of whom nobody named, or a gateway that never connected
      }
      byte[] bytes = RegisterCodec.encode(merge.register());
      rows.add(new RegisterRow(lot.partition, device, minute, bytes));
    }
    return rows;
  }

  private void damaged(RegisterRow row, String reason) {
    environment.meter().damagedState();
    logger.error(
        "cannot read the register of {} of {}, it begins anew: {}",
        row.device(),
        layouts.enterprise(),
        reason);
  }
}
