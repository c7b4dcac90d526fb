package qiantang.store.read;

import java.util.SortedMap;
import org.jspecify.annotations.Nullable;
import qiantang.store.model.DeviceId;
import qiantang.store.read.Series.Sample;

/**
 * The newest value of each metric of many devices.
 *
 * @param byDevice a device without a sample is missing; its metrics in order of their names
 * @param after the next page begins behind this device; null where there is none
 * @param completeness of all together
 */
public record LatestOfDevices(
    SortedMap<DeviceId, SortedMap<String, Sample>> byDevice,
    @Nullable DeviceId after,
    Completeness completeness) {}
