package qiantang.store.fold;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Predicate;
import qiantang.store.codec.Column;
import qiantang.store.codec.ColumnsBuilder;
import qiantang.store.codec.ColumnsMerge;
import qiantang.store.codec.DeviceColumns;

/** The newest value of each metric of a device, which is what a state keeps. */
final class Newest {
  private Newest() {}

  /** The last value of each of these metrics by event time, then by arrival. */
  static DeviceColumns of(DeviceColumns columns, Predicate<String> metrics) {
    List<Column> inOrder = new ArrayList<>();
    for (Column column : columns.columns()) {
      if (metrics.test(column.metric())) {
        inOrder.add(column);
      }
    }
    inOrder.sort(Comparator.comparingInt(column -> column.row(column.count() - 1)));
    ColumnsBuilder builder = new ColumnsBuilder();
    for (Column column : inOrder) {
      int last = column.count() - 1;
      int row = column.row(last);
      builder.add(
          columns.eventTimeMicros(row),
          columns.arrivalMillis(row) * 1000,
          columns.stamped(row),
          columns.possibleRepeat(row),
          column.metric(),
          column.value(last));
    }
    return builder.build();
  }

  /** The last value of each metric by event time, then by arrival. */
  static DeviceColumns of(DeviceColumns columns) {
    return of(columns, metric -> true);
  }

  /** Of several, each with the newest values of its own, in order of arrival. */
  static DeviceColumns ofAll(List<DeviceColumns> inArrivalOrder) {
    return of(ColumnsMerge.merge(inArrivalOrder, Long.MIN_VALUE, Long.MAX_VALUE));
  }
}
