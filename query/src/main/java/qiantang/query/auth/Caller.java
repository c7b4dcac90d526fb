package qiantang.query.auth;

import org.jspecify.annotations.Nullable;
import qiantang.query.access.Asker;
import qiantang.store.access.Bounds;
import qiantang.store.access.Party;
import qiantang.store.model.EnterpriseId;
import qiantang.store.registry.CredentialKey;
import qiantang.store.registry.Role;

/**
 * Whom a valid token stands for.
 *
 * @param role operator, admin, viewer, application or platform: other roles open no API
 * @param enterprise the one it belongs to; null for operators of the whole or of a platform, and
 *     for an application that belongs to none
 * @param name what the token is for, for people
 * @param tokenId names the token without revealing it
 * @param key what its credential is found by
 * @param bounds what it is bounded to
 * @param root the token it all began with: of a browser the one whose bearer made its link, else
 *     its own
 */
public record Caller(
    Role role,
    @Nullable EnterpriseId enterprise,
    String name,
    String tokenId,
    CredentialKey key,
    Bounds bounds,
    CredentialKey root) {
  /** Whether the enterprise is its own, or it runs the whole: what belongs to it may be listed. */
  public boolean maySee(EnterpriseId other) {
    return isOperator() || (isMember() && other.equals(enterprise));
  }

  /** Whether the caller runs the whole. */
  public boolean isOperator() {
    return role == Role.OPERATOR;
  }

  /** Whether it is a person of an enterprise. */
  public boolean isMember() {
    return role == Role.ADMIN || role == Role.VIEWER;
  }

  /** Whether it is a program with scopes. */
  public boolean isProgram() {
    return role == Role.APPLICATION;
  }

  /** Whether the caller may change what it may see. */
  public boolean mayChange() {
    return role == Role.OPERATOR || role == Role.ADMIN;
  }

  /** The platform it runs; null for all others. */
  public @Nullable String platform() {
    return bounds.platform();
  }

  /** Whether the caller may open a platform's views. */
  public boolean maySeePlatform(String id) {
    return isOperator() || id.equals(platform());
  }

  /** As whom it is granted something; null for an operator, who needs no grant. */
  public @Nullable Party party() {
    return switch (role) {
      case PLATFORM -> platform() == null ? null : new Party(Party.Kind.PLATFORM, platform());
      case APPLICATION -> new Party(Party.Kind.APPLICATION, tokenId);
      case ADMIN, VIEWER ->
          enterprise == null ? null : new Party(Party.Kind.ENTERPRISE, enterprise.text());
      case OPERATOR, GATEWAY, DEVICE -> null;
    };
  }

  /** As far as decisions need it. */
  Asker asker() {
    return new Asker(isOperator(), enterprise, party(), isProgram(), bounds);
  }
}
