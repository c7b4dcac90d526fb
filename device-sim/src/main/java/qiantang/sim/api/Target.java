package qiantang.sim.api;

import java.net.URI;
import java.util.List;
import org.jspecify.annotations.Nullable;
import qiantang.sim.wire.Addresses;

/** The system under test and the enterprises in which devices may be made. */
public record Target(URI http, Addresses mqtt, List<Access> enterprises) {

  /** An enterprise and the token of its admin. */
  public record Access(String enterprise, String token) {

    /** Leaves the token out. */
    @Override
    public String toString() {
      return enterprise;
    }
  }

  /** The named enterprise, the first one for null; null if there is none of that name. */
  public @Nullable Access access(@Nullable String enterprise) {
    for (Access access : enterprises) {
      if (enterprise == null || access.enterprise().equals(enterprise)) {
        return access;
      }
    }
    return null;
  }
}
