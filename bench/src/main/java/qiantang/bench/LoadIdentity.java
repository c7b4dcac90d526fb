package qiantang.bench;

import java.time.Instant;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;
import qiantang.store.registry.AccessToken;
import qiantang.store.registry.Credential;
import qiantang.store.registry.Device;
import qiantang.store.registry.Role;

/**
 * Who a token of the load logs in: {@code device-N} of the enterprise in it, or {@code gateway-N}.
 */
record LoadIdentity(AccessToken token, DeviceId id, Device.Kind kind) {
  static LoadIdentity of(String token, int number, Device.Kind kind) {
    DeviceId id = new DeviceId("%s-%06d".formatted(kind.word(), number));
    return new LoadIdentity(AccessToken.parse(token).orElseThrow(), id, kind);
  }

  /** The same token for a device of another name, which begins so. */
  LoadIdentity named(String prefix) {
    return new LoadIdentity(token, new DeviceId(prefix + "-" + id.text()), kind);
  }

  EnterpriseId owner() {
    return token.owner();
  }

  Device device(Instant now) {
    return new Device(owner(), id, id.text(), kind, null, "", "", "", false, now);
  }

  Credential credential(Instant now) {
    Role role = kind == Device.Kind.GATEWAY ? Role.GATEWAY : Role.DEVICE;
    return new Credential(owner(), id.text(), token.hash(), role, id, id.text(), now, null);
  }
}
