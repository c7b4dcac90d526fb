package qiantang.query.change;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import qiantang.query.auth.Leave;
import qiantang.query.read.Devices;
import qiantang.query.read.FleetDevice;
import qiantang.query.waiting.StoreWait;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;
import qiantang.store.registry.Credential;
import qiantang.store.registry.Registry;

/** Gives a device one more credential; the ones it has stay valid. */
public final class CreateCredential {
  private final Registry registry;
  private final Devices devices;
  private final StoreWait store;
  private final Credentials credentials;

  /**
   * What to create.
   *
   * @param fingerprint SHA-256 of the one certificate that may log in; null for any
   * @param expires null for never
   */
  public record Wanted(
      Credential.Kind kind, @Nullable String fingerprint, @Nullable Instant expires) {}

  /** What became of it. */
  public sealed interface Result {
    /** It opens sessions from now on. */
    record Created(Drawn drawn) implements Result {}

    /** Nobody knows such a device. */
    record NoDevice() implements Result {}

    /** The same leave is there already; nothing was created. */
    record Exists(String id) implements Result {}

    /** The device has so many that it gets no other one. */
    record TooMany(int max) implements Result {}
  }

  /** Creates in a registry. */
  public CreateCredential(
      Registry registry, Devices devices, StoreWait store, Credentials credentials) {
    this.registry = registry;
    this.devices = devices;
    this.store = store;
    this.credentials = credentials;
  }

  /** Creates it, to be shown once. */
  public Result run(Leave leave, DeviceId id, Wanted wanted) {
    EnterpriseId enterprise = leave.enterpriseToChange();
    Optional<FleetDevice> device = devices.find(enterprise, id);
    if (device.isEmpty()) {
      return new Result.NoDevice();
    }
    List<Credential> before = store.await(registry.credentials(enterprise, id));
    if (before.size() >= Credential.OF_DEVICE_MAX) {
      return new Result.TooMany(Credential.OF_DEVICE_MAX);
    }
    Drawn drawn = draw(enterprise, device.get(), wanted);
    Optional<Credential> same =
        before.stream().filter(old -> old.key().equals(drawn.credential().key())).findFirst();
    if (same.isPresent()) {
      return new Result.Exists(same.get().id());
    }
    store.await(registry.putCredential(drawn.credential()));
    return new Result.Created(drawn);
  }

  private Drawn draw(EnterpriseId enterprise, FleetDevice device, Wanted wanted) {
    Instant expires = wanted.expires();
    return switch (wanted.kind()) {
      case TOKEN -> credentials.ofDevice(enterprise, device.id(), device.kind(), expires);
      case PASSWORD -> credentials.password(enterprise, device.id(), device.kind(), expires);
      case CERTIFICATE ->
          credentials.certificate(
              enterprise, device.id(), device.kind(), wanted.fingerprint(), expires);
    };
  }
}
