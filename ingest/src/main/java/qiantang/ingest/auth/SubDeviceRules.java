package qiantang.ingest.auth;

import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;
import qiantang.store.registry.Enterprise;
import qiantang.store.registry.Registry;
import qiantang.store.registry.SubDevices;

/**
 * Which devices the gateways of one enterprise may speak for. One object for all its sessions on a
 * node, read again when the enterprise's access changes: a message asks nobody. Any thread.
 */
public final class SubDeviceRules {
  /**
   * What holds.
   *
   * @param isKnownOnly whether devices that nobody created are refused
   * @param disabled these are refused in any case
   */
  private record State(boolean isKnownOnly, Set<DeviceId> disabled) {}

  private final EnterpriseId enterprise;
  private final Registry registry;
  private volatile @Nullable State state;

  // Guarded by this. A reading that was begun earlier must not replace one begun later.
  private long begun;
  private long installed;

  SubDeviceRules(EnterpriseId enterprise, Registry registry) {
    this.enterprise = enterprise;
    this.registry = registry;
  }

  /** Whether they were read once. */
  boolean areRead() {
    return state != null;
  }

  /** Reads them from the registry; fails while the store is away, and then the old ones hold. */
  CompletionStage<Void> read() {
    long number = next();
    return registry
        .enterprise(enterprise)
        .thenCombine(
            registry.disabledDevices(enterprise),
            (row, disabled) -> new State(isKnownOnly(row), disabled))
        .thenAccept(read -> install(number, read));
  }

  /** Whether every device may be spoken for, as is usual. */
  public boolean isAnyAllowed() {
    State now = now();
    return !now.isKnownOnly() && now.disabled().isEmpty();
  }

  /** Whether devices that nobody created are refused. */
  public boolean isKnownOnly() {
    return now().isKnownOnly();
  }

  /** Whether somebody disabled this device. */
  public boolean isDisabled(DeviceId device) {
    return now().disabled().contains(device);
  }

  private State now() {
    State read = state;
    if (read == null) {
      throw new AssertionError("BUG: a gateway was let in before its rules were read");
    }
    return read;
  }

  private static boolean isKnownOnly(Optional<Enterprise> row) {
    return row.map(Enterprise::subDevices).orElse(SubDevices.CREATE) == SubDevices.KNOWN_ONLY;
  }

  private synchronized long next() {
    return ++begun;
  }

  private synchronized void install(long number, State read) {
    if (number > installed) {
      installed = number;
      state = read;
    }
  }
}
