package qiantang.query.read;

import java.util.List;
import java.util.stream.Stream;
import qiantang.query.auth.Caller;
import qiantang.query.waiting.StoreWait;
import qiantang.store.model.EnterpriseId;
import qiantang.store.registry.Platform;
import qiantang.store.registry.Registry;

/** Who a caller is and what it may see. */
public final class DescribeCaller {
  private static final int ENTERPRISES_MAX = 100;

  private final Registry registry;
  private final ListEnterprises enterprises;
  private final StoreWait store;

  /**
   * The answer.
   *
   * @param enterprises the first hundred it may see
   * @param platforms ids of the platforms it may see
   */
  public record Found(Caller caller, List<EnterpriseId> enterprises, List<String> platforms) {}

  /** Reads from these. */
  public DescribeCaller(Registry registry, ListEnterprises enterprises, StoreWait store) {
    this.registry = registry;
    this.enterprises = enterprises;
    this.store = store;
  }

  /** What this caller is. */
  public Found run(Caller caller) {
    List<ListEnterprises.Seen> visible = enterprises.run(caller, null, ENTERPRISES_MAX).items();
    Stream<String> platforms =
        caller.isOperator()
            ? store.await(registry.platforms()).stream().map(Platform::id)
            : Stream.concat(
                Stream.ofNullable(caller.platform()),
                visible.stream()
                    .filter(seen -> !seen.isGranted() && caller.isMember())
                    .flatMap(seen -> seen.enterprise().platforms().stream()));
    return new Found(
        caller,
        visible.stream().map(seen -> seen.enterprise().id()).toList(),
        platforms.distinct().sorted().toList());
  }
}
