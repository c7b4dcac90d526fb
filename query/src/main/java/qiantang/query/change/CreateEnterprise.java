package qiantang.query.change;

import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import qiantang.query.waiting.StoreWait;
import qiantang.store.model.EnterpriseId;
import qiantang.store.registry.Enterprise;
import qiantang.store.registry.Platform;
import qiantang.store.registry.Registry;
import qiantang.store.registry.Retention;

/** Creates an enterprise; only operators get here. */
public final class CreateEnterprise {
  private final Registry registry;
  private final StoreWait store;
  private final InstantSource clock;

  /** What to create; every enterprise joins the base platform, named or not. */
  public record Wanted(
      EnterpriseId id, String name, String region, Set<String> platforms, Retention retention) {}

  /** What became of it. */
  public sealed interface Result {
    /** It is there now. */
    record Created(Enterprise enterprise) implements Result {}

    /** The id is taken. */
    record Exists() implements Result {}

    /** These platforms do not exist. */
    record NoPlatforms(List<String> unknown) implements Result {}
  }

  /** Creates in a registry. */
  public CreateEnterprise(Registry registry, StoreWait store, InstantSource clock) {
    this.registry = registry;
    this.store = store;
    this.clock = clock;
  }

  /** Creates it, or changes nothing. */
  public Result run(Wanted wanted) {
    if (wanted.id().equals(EnterpriseId.OPERATOR)) {
      // Its admins' tokens would begin like the operator's.
      return new Result.Exists();
    }
    Set<String> known =
        store.await(registry.platforms()).stream().map(Platform::id).collect(Collectors.toSet());
    known.add(Platform.BASE);
    if (!known.containsAll(wanted.platforms())) {
      return new Result.NoPlatforms(
          wanted.platforms().stream().filter(id -> !known.contains(id)).sorted().toList());
    }
    Set<String> platforms = new TreeSet<>(wanted.platforms());
    platforms.add(Platform.BASE);
    Enterprise enterprise =
        new Enterprise(
            wanted.id(),
            wanted.name(),
            wanted.region(),
            List.copyOf(platforms),
            wanted.retention(),
            clock.instant());
    return store.await(registry.createEnterprise(enterprise))
        ? new Result.Created(enterprise)
        : new Result.Exists();
  }
}
