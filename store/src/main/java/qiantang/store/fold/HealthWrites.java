package qiantang.store.fold;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import qiantang.store.codec.HealthCellsCodec;
import qiantang.store.fold.HealthTables.HealthPartition;
import qiantang.store.fold.HealthTables.HealthRow;
import qiantang.store.health.HealthCells;
import qiantang.store.model.DeviceId;

/** Carries the health rows of devices on by what a step counted. One thread at a time. */
final class HealthWrites {
  private static final int DEVICES_AT_ONCE = 64;
  private static final int WRITES_AT_ONCE = 4;

  private static final Logger logger = LoggerFactory.getLogger(HealthWrites.class);

  private final PackerEnvironment environment;
  private final Masks masks;

  /** Devices of one partition whose rows are written together. */
  private record Lot(HealthPartition partition, Map<DeviceId, HealthCells> cells) {}

  /**
   * Writes of health.
   *
   * @param masks tell which rows are earlier devices' of the same ids
   */
  HealthWrites(PackerEnvironment environment, Masks masks) {
    this.environment = environment;
    this.masks = masks;
  }

  /**
   * Adds cells to what is stored. Complete when the rows are known to be stored.
   *
   * @param counted by partition: what is in no row of a lower minute
   * @param minute up to which all was counted
   */
  CompletionStage<Void> write(
      Map<HealthPartition, Map<DeviceId, HealthCells>> counted, long minute) {
    Iterator<Lot> lots = lots(counted).iterator();
    return Turns.each(
        WRITES_AT_ONCE,
        environment.executor(),
        () -> lots.hasNext() ? write(lots.next(), minute) : null);
  }

  private static List<Lot> lots(Map<HealthPartition, Map<DeviceId, HealthCells>> counted) {
    List<Lot> lots = new ArrayList<>();
    counted.forEach(
        (partition, devices) -> {
          Lot open = new Lot(partition, new HashMap<>());
          for (Map.Entry<DeviceId, HealthCells> device : devices.entrySet()) {
            if (open.cells.size() == DEVICES_AT_ONCE) {
              lots.add(open);
              open = new Lot(partition, new HashMap<>());
            }
            open.cells.put(device.getKey(), device.getValue());
          }
          lots.add(open);
        });
    return lots;
  }

  private CompletionStage<Void> write(Lot lot, long minute) {
    return environment
        .tables()
        .readHealth(lot.partition, List.copyOf(lot.cells.keySet()))
        .thenComposeAsync(
            old -> environment.tables().writeHealth(rows(lot, old, minute)),
            environment.executor());
  }

  private List<HealthRow> rows(Lot lot, List<HealthRow> old, long minute) {
    Map<DeviceId, HealthRow> oldOf = new HashMap<>();
    old.forEach(row -> oldOf.put(row.device(), row));
    List<HealthRow> rows = new ArrayList<>();
    lot.cells.forEach(
        (device, cells) -> {
          HealthRow before = oldOf.get(device);
          // Another packer is ahead, or an earlier run was here: this is in it.
          if (before == null || before.minute() < minute) {
            HealthCells all = new HealthCells();
            all.add(cells);
            if (before != null && !masks.isEarlierRow(device, before.minute())) {
              add(before, all);
            }
            all.forgetBefore(minute);
            byte[] bytes = HealthCellsCodec.encode(all);
            rows.add(new HealthRow(lot.partition, device, minute, bytes));
          }
        });
    return rows;
  }

  private void add(HealthRow before, HealthCells all) {
    switch (HealthCellsCodec.decode(before.bytes())) {
      case HealthCellsCodec.Decoded.Whole(HealthCells cells) -> all.add(cells);
      case HealthCellsCodec.Decoded.Damaged(String reason) -> {
        environment.meter().damagedState();
        logger.error(
            "cannot read the health of {} in {}, it begins anew: {}",
            before.device(),
            before.partition(),
            reason);
      }
    }
  }
}
