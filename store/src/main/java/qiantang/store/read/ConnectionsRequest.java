package qiantang.store.read;

import org.jspecify.annotations.Nullable;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;

/**
 * Which connections are asked for.
 *
 * @param fromMicros first time of connecting, inclusive
 * @param toMicros last time of connecting, exclusive
 * @param beforeId go on behind this id of an earlier answer; null to begin with the newest
 */
public record ConnectionsRequest(
    EnterpriseId enterprise,
    DeviceId device,
    long fromMicros,
    long toMicros,
    @Nullable String beforeId,
    int limit) {}
