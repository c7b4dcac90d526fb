package qiantang.store.read;

import java.util.List;
import java.util.SortedMap;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;
import qiantang.store.summary.Aggregate;

/**
 * What is to be told of intervals of time over sets of devices.
 *
 * @param setOf the number of each device's set, from 0
 * @param metric the one that is wanted
 * @param fromMicros first event time, inclusive
 * @param toMicros last event time, exclusive
 * @param cutsMicros begins of the intervals, ascending, and behind them the end of the last; they
 *     hold all times from the first to the last
 * @param told by what each device tells of an interval
 * @param isWhole whether the sets are the whole enterprise in one: then what deleted devices sent
 *     counts, also where there are others of their ids
 * @param cellsMax most intervals of all sets together
 */
public record SetsRequest(
    EnterpriseId enterprise,
    SortedMap<DeviceId, Integer> setOf,
    String metric,
    long fromMicros,
    long toMicros,
    long[] cutsMicros,
    Aggregate told,
    boolean isWhole,
    int cellsMax) {
  /** The same of a part of the time. */
  SetsRequest within(long from, long to) {
    return new SetsRequest(
        enterprise, setOf, metric, from, to, cutsMicros, told, isWhole, cellsMax);
  }

  /** The same times and metric, of all devices together. */
  TotalsRequest inTotal() {
    return new TotalsRequest(
        enterprise, List.of(metric), fromMicros, toMicros, cutsMicros, List.of(told), cellsMax);
  }

  /** The same of one device. */
  IntervalsRequest of(DeviceId device) {
    return new IntervalsRequest(
        enterprise,
        device,
        List.of(metric),
        fromMicros,
        toMicros,
        cutsMicros,
        List.of(told),
        cellsMax);
  }
}
