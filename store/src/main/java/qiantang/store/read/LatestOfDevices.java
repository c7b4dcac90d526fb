package qiantang.store.read;

import java.util.SortedMap;
import qiantang.store.model.DeviceId;
import qiantang.store.read.Series.Sample;

/**
 * The newest value of each metric of many devices.
 *
 * @param byDevice a device without a sample is missing; its metrics in order of their names
 * @param completeness of all together
 */
public record LatestOfDevices(
    SortedMap<DeviceId, SortedMap<String, Sample>> byDevice, Completeness completeness) {}
