package qiantang.store.registry;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;

/**
 * The registry's tables. Lists come in order of id, from behind {@code after}, at most {@code
 * limit}. A stage that fails means that the store is away or the outcome unknown.
 */
public interface Registry {
  /** Writes a platform, over an older one of the same id. */
  CompletionStage<Void> putPlatform(Platform platform);

  /** All platforms, a few dozen, in order of id. */
  CompletionStage<List<Platform>> platforms();

  /** Creates an enterprise; false if the id is taken. A transaction. */
  CompletionStage<Boolean> createEnterprise(Enterprise enterprise);

  /** One enterprise. */
  CompletionStage<Optional<Enterprise>> enterprise(EnterpriseId id);

  /** Enterprises in order of id. */
  CompletionStage<List<Enterprise>> enterprises(@Nullable EnterpriseId after, int limit);

  /**
   * Creates a device; false if the id is taken in its enterprise. No transaction: of two creations
   * at the same moment both may succeed, and the later one's columns hold.
   */
  CompletionStage<Boolean> createDevice(Device device);

  /**
   * Notes that a gateway speaks for a device: creates the device where there is none, else only
   * records the gateway. Repeating it changes nothing. A device of another kind is left alone.
   */
  CompletionStage<Void> discoverDevice(Device device);

  /** One device. */
  CompletionStage<Optional<Device>> device(EnterpriseId enterprise, DeviceId id);

  /** Devices of an enterprise in order of id. */
  CompletionStage<List<Device>> devices(
      EnterpriseId enterprise, @Nullable DeviceId after, int limit);

  /** Stores a new credential; repeating it changes nothing. */
  CompletionStage<Void> putCredential(Credential credential);

  /** The credential of a token, by owner and hash; expired ones too. */
  CompletionStage<Optional<Credential>> credential(AccessToken token);

  /** People's and programs' credentials of an owner (no device's), in order of id. */
  CompletionStage<List<Credential>> tokens(EnterpriseId owner, @Nullable String after, int limit);
}
