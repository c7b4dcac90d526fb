package qiantang.query.auth;

import org.jspecify.annotations.Nullable;
import qiantang.store.model.EnterpriseId;
import qiantang.store.registry.Role;

/**
 * Whom a valid token stands for.
 *
 * @param role operator, admin or viewer: other roles open no API
 * @param enterprise the one it belongs to, null for an operator
 * @param name what the token is for, for people
 * @param tokenId names the token without revealing it
 */
public record Caller(Role role, @Nullable EnterpriseId enterprise, String name, String tokenId) {
  /** Whether the caller may know that this enterprise exists. The one check of ownership. */
  public boolean maySee(EnterpriseId other) {
    return isOperator() || other.equals(enterprise);
  }

  /** Whether the caller runs the platform. */
  public boolean isOperator() {
    return role == Role.OPERATOR;
  }

  /** Whether the caller may change what it may see. */
  public boolean mayChange() {
    return role == Role.OPERATOR || role == Role.ADMIN;
  }

  /** What this caller may do with an enterprise; empty where it may not even see it. */
  public @Nullable Leave leaveFor(EnterpriseId other) {
    return maySee(other) ? new Leave(other, mayChange()) : null;
  }
}
