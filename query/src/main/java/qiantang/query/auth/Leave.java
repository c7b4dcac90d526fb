package qiantang.query.auth;

import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import qiantang.query.access.Sight;
import qiantang.store.access.Place;
import qiantang.store.model.EnterpriseId;

/**
 * Leave to read one enterprise or a part of it, and perhaps to change what belongs to it. Only
 * {@link Leaves} makes one, and use cases take their enterprise from nowhere else, so none of them
 * can be called for an enterprise that the caller may not see.
 *
 * <p>Whoever reads something that may be granted asks {@link #sight()} what of it may be told.
 */
public final class Leave {
  private final EnterpriseId enterprise;
  private final boolean mayChange;
  private final String by;
  private final String account;
  private final Sight sight;
  private final @Nullable Place place;
  private final Function<Leave, Optional<Leave>> again;

  Leave(
      EnterpriseId enterprise,
      boolean mayChange,
      String by,
      String account,
      Sight sight,
      @Nullable Place place,
      Function<Leave, Optional<Leave>> again) {
    this.enterprise = enterprise;
    this.mayChange = mayChange;
    this.by = by;
    this.account = account;
    this.sight = sight;
    this.place = place;
    this.again = again;
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

  /** The name and token of who has it, for records. */
  public String by() {
    return by;
  }

  /** Whose share of the memory it takes: the enterprise of its token, else the token. */
  public String account() {
    return account;
  }

  /** How much of it may be seen. */
  public Sight sight() {
    return sight;
  }

  /** Where the device of the route stands; null where the route has none, or all is seen. */
  public @Nullable Place place() {
    return place;
  }

  /** The same for the device at this place, which was looked at. */
  public Leave at(Place there) {
    return new Leave(enterprise, mayChange, by, account, sight, there, again);
  }

  /**
   * The same as it is now, for answers that go on: other grants may hold. Empty where the token was
   * revoked or is over, or nothing is granted any more. Cheap: memory, mostly. Virtual threads
   * only.
   */
  public Optional<Leave> renewed() {
    return again.apply(this);
  }

  /** Whether all that was let by this still is. Cheap: memory, mostly. Virtual threads only. */
  public boolean stillHolds() {
    return renewed().filter(now -> now.sight().hasAll(sight)).isPresent();
  }
}
