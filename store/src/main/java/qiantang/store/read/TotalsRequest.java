package qiantang.store.read;

import java.util.List;
import qiantang.store.model.EnterpriseId;
import qiantang.store.summary.Aggregate;

/**
 * What is to be told of intervals of time over all devices of an enterprise together.
 *
 * @param metrics names wanted, empty for all
 * @param fromMicros first event time, inclusive
 * @param toMicros last event time, exclusive
 * @param cutsMicros begins of the intervals, ascending, and behind them the end of the last; they
 *     hold all times from the first to the last
 * @param aggregates what to tell of each interval, at least one, all {@link Aggregate#isOfSeveral}
 * @param samplesMax most samples of all series of the answer together
 */
public record TotalsRequest(
    EnterpriseId enterprise,
    List<String> metrics,
    long fromMicros,
    long toMicros,
    long[] cutsMicros,
    List<Aggregate> aggregates,
    int samplesMax) {}
