package qiantang.query.change;

import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import qiantang.query.waiting.StoreWait;
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
   * @param owner the enterprise, or {@link EnterpriseId#OPERATOR} for an operator's
   */
  public record Wanted(EnterpriseId owner, Role role, String name, @Nullable Instant expires) {}

  /** Creates in a registry. */
  public CreateToken(Registry registry, StoreWait store, Credentials credentials) {
    this.registry = registry;
    this.store = store;
    this.credentials = credentials;
  }

  /** The token, shown once; empty where there is no such enterprise. */
  public Optional<Drawn.Token> run(Wanted wanted) {
    boolean isOperators = wanted.owner().equals(EnterpriseId.OPERATOR);
    if (isOperators != (wanted.role() == Role.OPERATOR)) {
      throw new AssertionError("BUG: operators' tokens, and only those, belong to the operator");
    }
    if (!isOperators && store.await(registry.enterprise(wanted.owner())).isEmpty()) {
      return Optional.empty();
    }
    Drawn.Token drawn =
        credentials.ofPerson(wanted.owner(), wanted.role(), wanted.name(), wanted.expires());
    store.await(registry.putCredential(drawn.credential()));
    return Optional.of(drawn);
  }
}
