package qiantang.store.fold;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;
import qiantang.store.codec.ChunkCodec;
import qiantang.store.codec.ChunkCodec.Decoded;
import qiantang.store.codec.DeviceColumns;
import qiantang.store.fold.FoldTables.State;
import qiantang.store.fold.FoldTables.StatePartition;
import qiantang.store.model.DeviceId;

/**
 * The rows of a device's state after a step. How many parts they are is a power of two that never
 * becomes less, so a metric moves only into a part that was not there before. Such parts are stored
 * first, and whoever reads in the middle finds every metric in one of the two.
 *
 * @param begun rows of parts that were not there before, to be stored before the others
 * @param renewed all other rows
 */
record StateRows(List<Row> begun, List<Row> renewed) {
  /**
   * A row.
   *
   * @param newestMicros event time of the newest value in it
   */
  record Row(State state, long newestMicros) {}

  /**
   * Merges the old state of a device with what a step brought.
   *
   * @param old its rows so far; none of a later arrival span than the step's
   * @param masks what of the old state is left out
   * @param brought the newest value of each metric in the step
   * @param damaged told about rows that cannot be decoded: they are begun anew
   */
  static StateRows of(
      StatePartition partition,
      DeviceId device,
      long arrivalSpan,
      List<State> old,
      Masks masks,
      DeviceColumns brought,
      Consumer<String> damaged) {
    List<State> inArrivalOrder = new ArrayList<>(old);
    inArrivalOrder.sort(Comparator.comparingLong(State::arrival).thenComparingInt(State::part));
    List<DeviceColumns> all = new ArrayList<>();
    int parts = 1;
    for (State state : inArrivalOrder) {
      parts = Math.max(parts, Integer.highestOneBit(state.part()) << 1);
      switch (ChunkCodec.decode(state.bytes())) {
        // A hidden value would push out what happened earlier and arrived later.
        case Decoded.Columns(DeviceColumns columns) -> all.add(masks.visible(device, columns));
        case Decoded.Damaged(String reason) -> damaged.accept(reason);
      }
    }
    all.add(brought); // what this step packs arrived after all that earlier ones did
    StateRows rows = new StateRows(new ArrayList<>(), new ArrayList<>());
    StateParts.of(Newest.ofAll(all), parts)
        .forEach(
            (part, body) -> {
              DeviceColumns columns = body.columns();
              State state = new State(partition, device, part, arrivalSpan, body.bytes());
              Row row = new Row(state, columns.eventTimeMicros(columns.rows() - 1));
              boolean isNew = part > 0 && old.stream().noneMatch(before -> before.part() == part);
              (isNew ? rows.begun : rows.renewed).add(row);
            });
    return rows;
  }
}
