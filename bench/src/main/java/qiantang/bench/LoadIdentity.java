package qiantang.bench;

import java.time.Instant;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;
import qiantang.store.registry.AccessToken;
import qiantang.store.registry.Credential;
import qiantang.store.registry.Device;
import qiantang.store.registry.Role;

/** Who a token of the load logs in: device {@code device-N} of the enterprise in the token. */
record LoadIdentity(AccessToken token, DeviceId id) {
  static LoadIdentity of(String token, int number) {
    return new LoadIdentity(
        AccessToken.parse(token).orElseThrow(), new DeviceId("device-%06d".formatted(number)));
  }

  /** The same token for a device of another name, which begins so. */
  LoadIdentity named(String prefix) {
    return new LoadIdentity(token, new DeviceId(prefix + "-" + id.text()));
  }

  EnterpriseId owner() {
    return token.owner();
  }

  Device device(Instant now) {
    return new Device(owner(), id, id.text(), Device.Kind.DEVICE, null, "", "", "", false, now);
  }

  Credential credential(Instant now) {
    return credential(now, Role.DEVICE);
  }

  Credential credential(Instant now, Role role) {
    return new Credential(owner(), id.text(), token.hash(), role, id, id.text(), now, null);
  }
}
