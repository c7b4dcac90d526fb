package qiantang.store.access;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a token is bounded to beyond its role.
 *
 * @param platform the platform whose operators hold it, null for other roles
 * @param scopes of an application's token, empty for other roles
 * @param subtree of its own enterprise
 */
public record Bounds(@Nullable String platform, Set<Scope> scopes, Subtree subtree) {
  /** Of a token that can do what its role can. */
  public static final Bounds NONE = new Bounds(null, Set.of(), Subtree.ALL);

  public Bounds {
    scopes = Set.copyOf(scopes);
  }
}
