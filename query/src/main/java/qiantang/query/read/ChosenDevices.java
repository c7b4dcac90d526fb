package qiantang.query.read;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import qiantang.query.waiting.StoreWait;
import qiantang.store.access.Place;
import qiantang.store.access.Subtree;
import qiantang.store.count.DeviceEvidence;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;
import qiantang.store.read.Activity;
import qiantang.store.registry.Device;
import qiantang.store.registry.Registry;

/**
 * Which devices a question about a part of an enterprise is about. What devices did is read only
 * where the registry may not know all: of devices that nobody registered yet, and of models that
 * births alone tell. Blocks: virtual threads only.
 */
public final class ChosenDevices {
  /** Devices of one question: a row of the registry each, 100 reads of it. */
  public static final int MAX = 100_000;

  private static final int ROWS_AT_ONCE = 1000;

  private final Registry registry;
  private final Devices devices;
  private final StoreWait store;

  /**
   * One device.
   *
   * @param model empty where nobody said it or nobody asked
   * @param isGone whether it was deleted: what it sent before still counts
   */
  record Chosen(Place place, String model, boolean isGone) {}

  /** Devices of a registry, and those of which something arrived. */
  public ChosenDevices(Registry registry, Devices devices, StoreWait store) {
    this.registry = registry;
    this.devices = devices;
    this.store = store;
  }

  /**
   * The devices of a part; empty where they are more than {@link #MAX}.
   *
   * @param model null for all
   * @param isByModel whether models are wanted
   */
  Optional<List<Chosen>> of(
      EnterpriseId enterprise, Subtree subtree, @Nullable String model, boolean isByModel) {
    List<Device> rows = rows(enterprise, subtree);
    if (rows.size() > MAX) {
      return Optional.empty();
    }
    boolean needsModel = isByModel || model != null;
    boolean mayLack =
        subtree.devices().isEmpty()
            ? subtree.factory() == null
            : rows.size() < subtree.devices().size() && subtree.factory() == null;
    boolean needsBirths = needsModel && rows.stream().anyMatch(row -> row.model().isEmpty());
    boolean isAnyDeleted = rows.stream().anyMatch(row -> row.deleted() != null);
    @Nullable Activity activity =
        mayLack || needsBirths || isAnyDeleted ? devices.activity(enterprise) : null;
    List<Chosen> chosen = new ArrayList<>(rows.size());
    Set<DeviceId> known = new HashSet<>();
    for (Device row : rows) {
      known.add(row.id());
      String ofRow =
          DeviceEvidence.model(row, activity == null ? null : activity.devices().get(row.id()));
      boolean isGone = DeviceEvidence.isGone(row, activity == null ? null : activity.of(row.id()));
      add(new Chosen(new Place(row.factory(), row.line(), row.id()), ofRow, isGone), model, chosen);
    }
    if (activity != null) {
      activity
          .devices()
          .forEach(
              (id, seen) -> {
                Place nowhere = new Place("", "", id);
                if (!known.contains(id) && subtree.covers(nowhere)) {
                  add(new Chosen(nowhere, DeviceEvidence.model(null, seen), false), model, chosen);
                }
              });
    }
    return chosen.size() > MAX ? Optional.empty() : Optional.of(chosen);
  }

  private static void add(Chosen device, @Nullable String model, List<Chosen> into) {
    if (model == null || model.equals(device.model())) {
      into.add(device);
    }
  }

  /** The rows of a part, no more than one too many. */
  private List<Device> rows(EnterpriseId enterprise, Subtree subtree) {
    List<Device> rows = new ArrayList<>();
    if (!subtree.devices().isEmpty()) {
      store
          .awaitEach(List.copyOf(subtree.sorted()), id -> registry.deviceRow(enterprise, id))
          .forEach(row -> row.filter(found -> isIn(subtree, found)).ifPresent(rows::add));
      return rows;
    }
    DeviceId after = null;
    List<Device> page;
    do {
      page = store.await(registry.devices(enterprise, after, ROWS_AT_ONCE));
      for (Device row : page) {
        after = row.id();
        if (isIn(subtree, row)) {
          rows.add(row);
        }
      }
    } while (page.size() == ROWS_AT_ONCE && rows.size() <= MAX);
    return rows;
  }

  private static boolean isIn(Subtree subtree, Device row) {
    return subtree.covers(new Place(row.factory(), row.line(), row.id()));
  }
}
