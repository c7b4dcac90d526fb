package qiantang.query.change;

import java.util.Optional;
import qiantang.query.waiting.StoreWait;
import qiantang.store.model.EnterpriseId;
import qiantang.store.registry.Credential;
import qiantang.store.registry.Registry;

/** Takes a token away from a person or program: within 2 s it opens nothing on any node. */
public final class RevokeToken {
  // Ids are 16 or 24 digits: among all of an owner's that begin alike but for the last there are
  // 16, and names that others chose before.
  private static final int ALIKE_MAX = 64;

  private final Registry registry;
  private final AccessChanges changes;
  private final StoreWait store;

  /** Revokes in a registry. */
  public RevokeToken(Registry registry, AccessChanges changes, StoreWait store) {
    this.registry = registry;
    this.changes = changes;
    this.store = store;
  }

  /** What was revoked; empty where the owner has no such token. */
  public Optional<Credential> run(EnterpriseId owner, String id) {
    String before = id.substring(0, id.length() - 1);
    Optional<Credential> found =
        store.await(registry.tokens(owner, before, ALIKE_MAX)).stream()
            .filter(token -> token.id().equals(id))
            .findFirst();
    found.ifPresent(token -> store.await(registry.revoke(token, changes.ofCredential(token))));
    return found;
  }
}
