package qiantang.store.summary;

import qiantang.store.model.Value;

/**
 * One value of one metric.
 *
 * @param timeMicros event time, microseconds since 1970 UTC
 */
public record Sample(long timeMicros, Value value) {}
