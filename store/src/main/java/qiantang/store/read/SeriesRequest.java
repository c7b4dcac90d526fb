package qiantang.store.read;

import java.util.List;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;

/**
 * Which samples are asked for.
 *
 * @param metrics names wanted, empty for all
 * @param fromMicros first event time, inclusive
 * @param toMicros last event time, exclusive
 * @param limit most samples of all metrics together
 */
public record SeriesRequest(
    EnterpriseId enterprise,
    DeviceId device,
    List<String> metrics,
    long fromMicros,
    long toMicros,
    int limit) {}
