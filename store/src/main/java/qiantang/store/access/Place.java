package qiantang.store.access;

import qiantang.store.model.DeviceId;

/**
 * Where a device stands in its enterprise.
 *
 * @param factory empty if not said
 * @param line of the factory, empty if not said
 */
public record Place(String factory, String line, DeviceId device) {}
