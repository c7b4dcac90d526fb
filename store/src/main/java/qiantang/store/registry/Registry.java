package qiantang.store.registry;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import qiantang.store.access.AuditTables;
import qiantang.store.access.GrantTables;
import qiantang.store.identifier.Identifier;
import qiantang.store.identifier.IdentifierTables;
import qiantang.store.kept.KeptTables;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;
import qiantang.store.trace.TraceTables;

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
   * at the same moment both may succeed, and the later one's columns hold. Under the id of a
   * deleted one it begins anew.
   */
  CompletionStage<Boolean> createDevice(Device device);

  /**
   * Notes that a gateway speaks for a device: creates the device where there is none, else only
   * records the gateway. Repeating it changes nothing. A device of another kind is left alone.
   * Whether there was none: under the id of a deleted one it begins anew.
   */
  CompletionStage<Boolean> discoverDevice(Device device);

  /**
   * From when on what arrives is theirs, of devices that were created under the ids of deleted
   * ones: of most enterprises there is none.
   */
  CompletionStage<Map<DeviceId, Instant>> beginnings(EnterpriseId enterprise);

  /** One device. */
  default CompletionStage<Optional<Device>> device(EnterpriseId enterprise, DeviceId id) {
    return deviceRow(enterprise, id)
        .thenApply(row -> row.filter(device -> device.deleted() == null));
  }

  /** The row of a device, of a deleted one too. */
  CompletionStage<Optional<Device>> deviceRow(EnterpriseId enterprise, DeviceId id);

  /** Devices of an enterprise in order of id, deleted ones too. */
  CompletionStage<List<Device>> devices(
      EnterpriseId enterprise, @Nullable DeviceId after, int limit);

  /** Into so many buckets the devices of an enterprise fall, by hash of their ids. */
  int DEVICE_BUCKETS = 16; // a table's layout: never to be changed

  /** The bucket of a device. */
  static int bucketOf(DeviceId id) {
    // String.hashCode is the same in every JVM; the top 4 bits of the product are well spread.
    return (id.text().hashCode() * 0x9E3779B9) >>> 28;
  }

  /**
   * Devices of one bucket in order of id, deleted ones too. Going through all buckets reads each
   * row once, going through all devices in order reads it up to 16 times.
   */
  CompletionStage<List<Device>> devicesOf(
      EnterpriseId enterprise, int bucket, @Nullable DeviceId after, int limit);

  /**
   * Deletes a device that exists: its row says so from now on, and it can be created again. Notes
   * the change behind it. Credentials and claims of identifiers are the caller's to take away.
   *
   * @param refused whether gateways may not speak for it any more
   */
  CompletionStage<Void> deleteDevice(
      Device device, Instant when, boolean refused, AccessChange change);

  /** A device that exists has these identifiers, which it claimed, and no others. */
  CompletionStage<Void> setIdentifiers(Device device, List<Identifier> identifiers);

  /** Whether a device is disabled; notes the change behind it. The device exists. */
  CompletionStage<Void> setDisabled(Device device, boolean isDisabled, AccessChange change);

  /** The disabled devices of an enterprise, those that publish through gateways too. */
  CompletionStage<Set<DeviceId>> disabledDevices(EnterpriseId enterprise);

  /** Changes a setting of an enterprise that exists; notes the change behind it. */
  CompletionStage<Void> setSubDevices(
      EnterpriseId enterprise, SubDevices setting, AccessChange change);

  /**
   * Changes quotas of an enterprise that exists; notes the change behind them.
   *
   * @param changes 0 for the usual value
   */
  CompletionStage<Void> setQuotas(
      EnterpriseId enterprise, Map<Quota, Long> changes, AccessChange change);

  /** Stores a new credential; repeating it changes nothing. */
  CompletionStage<Void> putCredential(Credential credential);

  /** The credential of a key; expired ones too, but none that was revoked. */
  CompletionStage<Optional<Credential>> credential(CredentialKey key);

  /** A device's credentials in order of id; expired ones too, but none that was revoked. */
  CompletionStage<List<Credential>> credentials(EnterpriseId enterprise, DeviceId device);

  /**
   * From now on the device's credential opens nothing; notes the change behind it, and takes the
   * credential out of the list when both are stored. Repeating it changes nothing.
   */
  CompletionStage<Void> revoke(Credential credential, AccessChange change);

  /** People's and programs' credentials of an owner (no device's), in order of id. */
  CompletionStage<List<Credential>> tokens(EnterpriseId owner, @Nullable String after, int limit);

  /**
   * All changes noted between two times of the database's clock, and perhaps some after. As many as
   * were written in that time: ask for minutes, not for days.
   */
  CompletionStage<List<AccessChange>> changes(Instant from, Instant until);

  /**
   * Stores the credential of a browser that logged in: it is in no list, and its row is gone after
   * it expires, which it must.
   */
  CompletionStage<Void> putSession(Credential session);

  /** From now on a browser's credential opens nothing; notes the change behind it. */
  CompletionStage<Void> endSession(Credential session, AccessChange change);

  /** Stores a link that logs in once, until it expires; its key is that of its secret. */
  CompletionStage<Void> putLink(Credential link);

  /** Takes a link: whoever comes second finds none. A transaction. */
  CompletionStage<Optional<Credential>> takeLink(CredentialKey key);

  /** Notes a change of what is stored already. */
  CompletionStage<Void> note(AccessChange change);

  /**
   * Begins a change of one version of something that is to be made once: false where another has
   * begun one of the same, and not ended it. Who dies meanwhile holds others up for half a minute.
   * A transaction.
   *
   * @param what of the enterprise
   */
  CompletionStage<Boolean> beginChange(EnterpriseId enterprise, String what, String version);

  /** Ends it, made or not. */
  CompletionStage<Void> endChange(EnterpriseId enterprise, String what, String version);

  /** The tables of grants. */
  GrantTables grants();

  /** The table of the audit. */
  AuditTables audit();

  /** The tables of live traces. */
  TraceTables traces();

  /** The tables of identifiers. */
  IdentifierTables identifiers();

  /** The tables of kept counts. */
  KeptTables kept();

  /** The table of units. */
  UnitTables units();
}
