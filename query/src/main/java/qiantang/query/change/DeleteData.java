package qiantang.query.change;

import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import qiantang.query.auth.Leave;
import qiantang.query.read.Devices;
import qiantang.query.waiting.StoreWait;
import qiantang.store.fold.Mask;
import qiantang.store.fold.MaskTables;
import qiantang.store.fold.MaskTables.Deletion;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;
import qiantang.store.registry.Enterprise;
import qiantang.store.registry.Registry;
import qiantang.store.registry.Retention;

/**
 * Deletes what arrived of a device, or of a whole enterprise, until now: hidden at once, on disk
 * for some days more. Both stay registered and go on working.
 */
public final class DeleteData {
  /** Each question reads all masks of its enterprise: some 100 KB then. */
  static final int DELETIONS_MAX = 1000;

  private final Registry registry;
  private final MaskTables masks;
  private final Devices devices;
  private final StoreWait store;
  private final InstantSource clock;
  private final LongSupplier random;

  /** What became of a request. */
  public sealed interface Result {
    /** It is hidden from now on. */
    record Hidden(Deletion deletion) implements Result {}

    /** Nobody knows such a device. */
    record NoDevice() implements Result {}

    /** So many are remembered that no other one can be. */
    record TooMany(int max) implements Result {}
  }

  /**
   * Deletes in these tables.
   *
   * @param random makes ids that no other has
   */
  public DeleteData(
      Registry registry,
      MaskTables masks,
      Devices devices,
      StoreWait store,
      InstantSource clock,
      LongSupplier random) {
    this.registry = registry;
    this.masks = masks;
    this.devices = devices;
    this.store = store;
    this.clock = clock;
    this.random = random;
  }

  /**
   * Deletes event times before this one.
   *
   * @param device null for all of the enterprise
   */
  public Result run(Leave leave, @Nullable DeviceId device, long beforeMicros) {
    EnterpriseId enterprise = leave.enterpriseToChange();
    if (device != null && !devices.hasLeftTraces(enterprise, device)) {
      return new Result.NoDevice();
    }
    List<Mask> before =
        store.await(masks.readDeletions(enterprise)).stream().map(Deletion::mask).toList();
    Duration kept =
        Mask.kept(
            store
                .await(registry.enterprise(enterprise))
                .map(Enterprise::retention)
                .orElse(Retention.YEARS_10));
    Mask mask = Mask.of(enterprise, device, beforeMicros, clock.millis(), random.getAsLong());
    List<Mask> covered = before.size() < DELETIONS_MAX ? List.of() : covered(before, mask);
    if (before.size() - covered.size() >= DELETIONS_MAX) {
      return new Result.TooMany(DELETIONS_MAX);
    }
    Deletion deletion = Deletion.begun(mask);
    store.await(masks.writeDeletion(deletion, kept));
    if (!covered.isEmpty()) {
      store.await(masks.forgetDeletions(covered)); // behind it: what they hide stays hidden
    }
    return new Result.Hidden(deletion);
  }

  /** Those that hide nothing which a later one does not hide. */
  private static List<Mask> covered(List<Mask> before, Mask mask) {
    List<Mask> covered = new ArrayList<>();
    for (int i = 0; i < before.size(); i++) {
      Mask old = before.get(i);
      if (mask.covers(old)
          || before.subList(i + 1, before.size()).stream().anyMatch(later -> later.covers(old))) {
        covered.add(old);
      }
    }
    return covered;
  }
}
