package qiantang.query.change;

import java.time.Instant;
import org.jspecify.annotations.Nullable;
import qiantang.query.waiting.StoreWait;
import qiantang.store.access.Bounds;
import qiantang.store.model.EnterpriseId;
import qiantang.store.registry.Registry;
import qiantang.store.registry.Role;

/** Makes a token for a person or program. */
public final class CreateToken {
  private final Registry registry;
  private final StoreWait store;
  private final Credentials credentials;

  /**
   * What to create.
   *
   * @param owner the enterprise, or {@link EnterpriseId#OPERATOR} for an operator's, a platform's,
   *     and for an application's that belongs to no enterprise
   */
  public record Wanted(
      EnterpriseId owner, Role role, String name, Bounds bounds, @Nullable Instant expires) {}

  /** What became of it. */
  public sealed interface Result {
    /** The token, shown once. */
    record Created(Drawn.Token token) implements Result {}

    /** There is no such enterprise. */
    record NoEnterprise() implements Result {}

    /** There is no such platform. */
    record NoPlatform(String id) implements Result {}
  }

  /** Creates in a registry. */
  public CreateToken(Registry registry, StoreWait store, Credentials credentials) {
    this.registry = registry;
    this.store = store;
    this.credentials = credentials;
  }

  /** The token. */
  public Result run(Wanted wanted) {
    boolean isOperators = wanted.owner().equals(EnterpriseId.OPERATOR);
    boolean fits =
        switch (wanted.role()) {
          case OPERATOR, PLATFORM -> isOperators;
          case ADMIN, VIEWER -> !isOperators;
          case APPLICATION -> true;
          case GATEWAY, DEVICE -> false;
        };
    if (!fits) {
      throw new AssertionError("BUG: a token of this role has another owner");
    }
    if (!isOperators && store.await(registry.enterprise(wanted.owner())).isEmpty()) {
      return new Result.NoEnterprise();
    }
    String platform = wanted.bounds().platform();
    if (platform != null
        && store.await(registry.platforms()).stream().noneMatch(one -> one.id().equals(platform))) {
      return new Result.NoPlatform(platform);
    }
    Drawn.Token drawn =
        credentials.ofPerson(
            wanted.owner(), wanted.role(), wanted.name(), wanted.bounds(), wanted.expires());
    store.await(registry.putCredential(drawn.credential()));
    return new Result.Created(drawn);
  }
}
