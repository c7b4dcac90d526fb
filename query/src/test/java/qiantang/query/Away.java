package qiantang.query;

import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import qiantang.store.access.AuditTables;
import qiantang.store.access.GrantTables;
import qiantang.store.identifier.Identifier;
import qiantang.store.identifier.IdentifierTables;
import qiantang.store.kept.KeptTables;
import qiantang.store.memory.MemoryAudit;
import qiantang.store.memory.MemoryGrants;
import qiantang.store.memory.MemoryIdentifiers;
import qiantang.store.memory.MemoryKept;
import qiantang.store.memory.MemoryTraces;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;
import qiantang.store.registry.AccessChange;
import qiantang.store.registry.Credential;
import qiantang.store.registry.CredentialKey;
import qiantang.store.registry.Device;
import qiantang.store.registry.Enterprise;
import qiantang.store.registry.Platform;
import qiantang.store.registry.Quota;
import qiantang.store.registry.Registry;
import qiantang.store.registry.SubDevices;
import qiantang.store.registry.UnitTables;
import qiantang.store.registry.Units;
import qiantang.store.trace.TraceTables;

/** A registry of which nothing is heard any more. */
final class Away implements Registry {
  @Override
  public CompletionStage<Void> putPlatform(Platform platform) {
    return away();
  }

  @Override
  public CompletionStage<List<Platform>> platforms() {
    return away();
  }

  @Override
  public CompletionStage<Boolean> createEnterprise(Enterprise enterprise) {
    return away();
  }

  @Override
  public CompletionStage<Optional<Enterprise>> enterprise(EnterpriseId id) {
    return away();
  }

  @Override
  public CompletionStage<List<Enterprise>> enterprises(@Nullable EnterpriseId after, int limit) {
    return away();
  }

  @Override
  public CompletionStage<Boolean> createDevice(Device device) {
    return away();
  }

  @Override
  public CompletionStage<Boolean> discoverDevice(Device device) {
    return away();
  }

  @Override
  public CompletionStage<Map<DeviceId, Instant>> beginnings(EnterpriseId enterprise) {
    return away();
  }

  @Override
  public CompletionStage<Optional<Device>> deviceRow(EnterpriseId enterprise, DeviceId id) {
    return away();
  }

  @Override
  public CompletionStage<List<Device>> devices(
      EnterpriseId enterprise, @Nullable DeviceId after, int limit) {
    return away();
  }

  @Override
  public CompletionStage<List<Device>> devicesOf(
      EnterpriseId enterprise, int bucket, @Nullable DeviceId after, int limit) {
    return away();
  }

  @Override
  public CompletionStage<Void> putCredential(Credential credential) {
    return away();
  }

  @Override
  public CompletionStage<Optional<Credential>> credential(CredentialKey key) {
    return away();
  }

  @Override
  public CompletionStage<List<Credential>> tokens(
      EnterpriseId owner, @Nullable String after, int limit) {
    return away();
  }

  @Override
  public CompletionStage<Void> deleteDevice(
      Device device, Instant when, boolean refused, AccessChange change) {
    return away();
  }

  @Override
  public CompletionStage<Void> setIdentifiers(Device device, List<Identifier> identifiers) {
    return away();
  }

  @Override
  public IdentifierTables identifiers() {
    return new MemoryIdentifiers();
  }

  @Override
  public CompletionStage<Void> setDisabled(Device device, boolean isDisabled, AccessChange change) {
    return away();
  }

  @Override
  public CompletionStage<Set<DeviceId>> disabledDevices(EnterpriseId enterprise) {
    return away();
  }

  @Override
  public CompletionStage<Void> setSubDevices(
      EnterpriseId enterprise, SubDevices setting, AccessChange change) {
    return away();
  }

  @Override
  public CompletionStage<Void> setQuotas(
      EnterpriseId enterprise, Map<Quota, Long> values, AccessChange change) {
    return away();
  }

  @Override
  public CompletionStage<List<Credential>> credentials(EnterpriseId enterprise, DeviceId device) {
    return away();
  }

  @Override
  public CompletionStage<Void> revoke(Credential credential, AccessChange change) {
    return away();
  }

  @Override
  public CompletionStage<List<AccessChange>> changes(Instant from, Instant until) {
    return away();
  }

  @Override
  public CompletionStage<Void> putSession(Credential session) {
    return away();
  }

  @Override
  public CompletionStage<Void> endSession(Credential session, AccessChange change) {
    return away();
  }

  @Override
  public CompletionStage<Void> putLink(Credential link) {
    return away();
  }

  @Override
  public CompletionStage<Optional<Credential>> takeLink(CredentialKey key) {
    return away();
  }

  @Override
  public CompletionStage<Void> note(AccessChange change) {
    return away();
  }

  @Override
  public CompletionStage<Boolean> beginChange(
      EnterpriseId enterprise, String what, String version) {
    return away();
  }

  @Override
  public CompletionStage<Void> endChange(EnterpriseId enterprise, String what, String version) {
    return away();
  }

  @Override
  public GrantTables grants() {
    return new MemoryGrants();
  }

  @Override
  public AuditTables audit() {
    return new MemoryAudit();
  }

  @Override
  public TraceTables traces() {
    return new MemoryTraces();
  }

  @Override
  public KeptTables kept() {
    return new MemoryKept();
  }

  @Override
  public UnitTables units() {
    return new UnitTables() {
      @Override
      public CompletionStage<Units> read(EnterpriseId enterprise) {
        return away();
      }

      @Override
      public CompletionStage<Void> write(EnterpriseId enterprise, List<Change> changes) {
        return away();
      }
    };
  }

  private static <T> CompletionStage<T> away() {
    return CompletableFuture.failedFuture(new IOException("no node answers"));
  }
}
