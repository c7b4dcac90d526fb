package qiantang.ingest.auth;

import java.time.Duration;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;

/**
 * Who has logged in; the owner of everything the session sends.
 *
 * @param isGateway whether it may speak for other devices
 * @param retention how long the enterprise's data is kept, so how old an event time may be
 * @param isDiscovered whether the registry does not know the device yet
 */
public record Identity(
    EnterpriseId enterprise,
    DeviceId device,
    boolean isGateway,
    Duration retention,
    boolean isDiscovered) {}
