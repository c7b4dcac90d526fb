package qiantang.query.auth;

import qiantang.store.model.EnterpriseId;

/**
 * Leave to read one enterprise, and perhaps to change what belongs to it. Only {@link
 * Caller#leaveFor} makes one, and use cases take their enterprise from nowhere else, so none of
 * them can be called for an enterprise that the caller may not see.
 */
public final class Leave {
  private final EnterpriseId enterprise;
  private final boolean mayChange;

  Leave(EnterpriseId enterprise, boolean mayChange) {
    this.enterprise = enterprise;
    this.mayChange = mayChange;
  }

  /** The enterprise that was authorized. */
  public EnterpriseId enterprise() {
    return enterprise;
  }

  /** The same, for a use case that changes something: the route has asked for leave to change. */
  public EnterpriseId enterpriseToChange() {
    if (!mayChange) {
      throw new AssertionError("BUG: a change was let through with leave to read only");
    }
    return enterprise;
  }
}
