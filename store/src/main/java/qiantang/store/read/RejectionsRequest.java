package qiantang.store.read;

import org.jspecify.annotations.Nullable;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;
import qiantang.store.model.Reason;

/**
 * Which rejections are asked for.
 *
 * @param device only those whose publisher or device this is; null for all
 * @param reason only those of this reason; null for all
 * @param fromMicros first arrival time, inclusive
 * @param toMicros last arrival time, exclusive
 * @param beforeId go on behind this id of an earlier answer; null to begin with the newest
 */
public record RejectionsRequest(
    EnterpriseId enterprise,
    @Nullable DeviceId device,
    @Nullable Reason reason,
    long fromMicros,
    long toMicros,
    @Nullable String beforeId,
    int limit) {}
