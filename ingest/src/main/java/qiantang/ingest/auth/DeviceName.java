package qiantang.ingest.auth;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;

/**
 * A device as a user name or a certificate's CN names it, {@code <enterprise>/<device>}: a claim.
 *
 * @param claimed the text behind the slash, whether or not it has the form of an id
 */
record DeviceName(EnterpriseId enterprise, String claimed) {
  // An id has at most 64 characters; this much tells which one was meant.
  private static final int CHARS_SHOWN = 64;

  /** Reads a name; empty where it has not the form. */
  static Optional<DeviceName> parse(String text) {
    int slash = text.indexOf('/');
    if (slash < 0 || !EnterpriseId.isValid(text.substring(0, slash))) {
      return Optional.empty();
    }
    return Optional.of(
        new DeviceName(new EnterpriseId(text.substring(0, slash)), text.substring(slash + 1)));
  }

  /** The id, null where no device can have it. */
  @Nullable DeviceId device() {
    return DeviceId.isValid(claimed) ? new DeviceId(claimed) : null;
  }

  /** Whether this is its name. */
  boolean names(Identity identity) {
    return enterprise.equals(identity.enterprise()) && claimed.equals(identity.device().text());
  }

  /** The claim in a length that may be shown. */
  String shown() {
    return claimed.length() <= CHARS_SHOWN ? claimed : claimed.substring(0, CHARS_SHOWN) + "...";
  }
}
