package qiantang.ingest.payload;

import qiantang.store.model.DeviceId;

/**
 * One PUBLISH as the dialects see it.
 *
 * @param publisher who sent it
 * @param bytes the array in which the payload lies
 * @param duplicate whether it may have come before (DUP=1)
 * @param times which event times are accepted, and when it arrived
 * @param devices the devices behind this publisher
 */
public record Message(
    DeviceId publisher,
    byte[] bytes,
    int offset,
    int length,
    boolean duplicate,
    EventTimes times,
    SubDevices devices) {}
