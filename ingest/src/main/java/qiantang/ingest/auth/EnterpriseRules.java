package qiantang.ingest.auth;

import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import qiantang.ingest.quota.EnterpriseUsage;
import qiantang.ingest.quota.Limits;
import qiantang.ingest.quota.RecentUsage;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;
import qiantang.store.registry.Enterprise;
import qiantang.store.registry.Quotas;
import qiantang.store.registry.Registry;
import qiantang.store.registry.SubDevices;

/**
 * What one enterprise's sessions may do: which devices its gateways may speak for, and its quotas
 * with what is used of them. One object for all its sessions on a node, read again when its access
 * changes: a message asks nobody. Any thread.
 */
public final class EnterpriseRules {
  /**
   * What holds.
   *
   * @param isKnownOnly whether devices that nobody created are refused
   * @param disabled these are refused in any case
   */
  private record State(boolean isKnownOnly, Set<DeviceId> disabled, Limits limits) {}

  private static final CompletionStage<Void> DONE =
      CompletableFuture.runAsync(() -> {}, Runnable::run);

  private final EnterpriseId enterprise;
  private final Registry registry;
  private final boolean hasQuotas;
  private final EnterpriseUsage usage;
  private volatile @Nullable State state;

  private final AtomicReference<@Nullable CompletableFuture<Void>> first = new AtomicReference<>();

  // Guarded by this. A reading that was begun earlier must not replace one begun later.
  private long begun;
  private long installed;

  EnterpriseRules(
      EnterpriseId enterprise, Registry registry, RecentUsage recent, boolean hasQuotas) {
    this.enterprise = enterprise;
    this.registry = registry;
    this.hasQuotas = hasQuotas;
    usage = new EnterpriseUsage(enterprise, recent);
  }

  /** Read once at least: who asks while they are being read waits for that, all for one read. */
  CompletionStage<Void> areRead() {
    if (state != null) {
      return DONE;
    }
    CompletableFuture<Void> mine = new CompletableFuture<>();
    CompletableFuture<Void> others = first.compareAndExchange(null, mine);
    if (others != null) {
      return others;
    }
    var _ =
        read()
            .whenComplete(
                (nothing, error) -> {
                  first.set(null);
                  if (error == null) {
                    mine.complete(null);
                  } else {
                    mine.completeExceptionally(error);
                  }
                });
    return mine;
  }

  /**
   * Reads them from the registry; fails while the store is away, and then the old ones hold.
   *
   * @return whether a quota has risen that somebody may be waiting for
   */
  CompletionStage<Boolean> read() {
    long number = next();
    return registry
        .enterprise(enterprise)
        .thenCombine(
            registry.disabledDevices(enterprise),
            (row, disabled) -> new State(isKnownOnly(row), disabled, limits(row)))
        .thenApply(read -> install(number, read));
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

  /** The quotas that hold now. */
  public Limits limits() {
    return now().limits();
  }

  /** What is used of them on this node. */
  public EnterpriseUsage usage() {
    return usage;
  }

  private Limits limits(Optional<Enterprise> row) {
    return hasQuotas ? new Limits(row.map(Enterprise::quotas).orElse(Quotas.USUAL)) : Limits.OFF;
  }

  private State now() {
    State read = state;
    if (read == null) {
      throw new AssertionError("BUG: a client was let in before its rules were read");
    }
    return read;
  }

  private static boolean isKnownOnly(Optional<Enterprise> row) {
    return row.map(Enterprise::subDevices).orElse(SubDevices.CREATE) == SubDevices.KNOWN_ONLY;
  }

  private synchronized long next() {
    return ++begun;
  }

  private synchronized boolean install(long number, State read) {
    if (number <= installed) {
      return false;
    }
    State before = state;
    installed = number;
    state = read;
    return before != null && usage.forgetRisen(before.limits(), read.limits());
  }
}
