package qiantang.store.read;

import java.util.List;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;
import qiantang.store.summary.Aggregate;

/**
 * What is to be told of intervals of time instead of all samples.
 *
 * @param metrics names wanted, empty for all
 * @param fromMicros first event time, inclusive
 * @param toMicros last event time, exclusive
 * @param cutsMicros begins of the intervals, ascending, and behind them the end of the last; they
 *     hold all times from the first to the last
 * @param aggregates what to tell of each interval; none for its samples themselves, thinned to the
 *     first, the last, the smallest and the largest (M4: a chart with a column of pixels for each
 *     interval looks the same as with all samples)
 * @param samplesMax most samples of all series of the answer together
 */
public record IntervalsRequest(
    EnterpriseId enterprise,
    DeviceId device,
    List<String> metrics,
    long fromMicros,
    long toMicros,
    long[] cutsMicros,
    List<Aggregate> aggregates,
    int samplesMax) {}
