package qiantang.query.change;

import java.util.Optional;
import qiantang.query.auth.Grant;
import qiantang.query.read.Devices;
import qiantang.query.waiting.StoreWait;
import qiantang.store.model.DeviceId;
import qiantang.store.registry.AccessToken;
import qiantang.store.registry.Registry;

/** Gives a device one more token; the ones it has stay valid. */
public final class CreateCredential {
  private final Registry registry;
  private final Devices devices;
  private final StoreWait store;
  private final Credentials credentials;

  /** Creates in a registry. */
  public CreateCredential(
      Registry registry, Devices devices, StoreWait store, Credentials credentials) {
    this.registry = registry;
    this.devices = devices;
    this.store = store;
    this.credentials = credentials;
  }

  /** The token, shown once; empty where there is no such device. */
  public Optional<AccessToken> run(Grant grant, DeviceId id) {
    return devices
        .find(grant.enterpriseToChange(), id)
        .map(
            device -> {
              Credentials.Drawn drawn =
                  credentials.ofDevice(grant.enterpriseToChange(), id, device.kind());
              store.await(registry.putCredential(drawn.credential()));
              return drawn.token();
            });
  }
}
