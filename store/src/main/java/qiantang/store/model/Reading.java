package qiantang.store.model;

import java.util.List;

/**
 * What one device reported at one instant; the unit that is written.
 *
 * @param device the device that was measured
 * @param eventTimeMicros when the device says it happened, microseconds since 1970 UTC; the arrival
 *     time where the device did not say
 * @param stamped whether the device gave the event time itself
 * @param possibleRepeat whether it came without an event time in a redelivered message (MQTT
 *     DUP=1), so that it may be stored twice
 * @param values at least one metric with its value, no metric twice
 */
public record Reading(
    DeviceId device,
    long eventTimeMicros,
    boolean stamped,
    boolean possibleRepeat,
    List<MetricValue> values) {}
