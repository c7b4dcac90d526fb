package qiantang.store.identifier;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;

/**
 * Which device holds which identifier. A <em>claim</em> comes before the device's row says that it
 * has the identifier, and leads nowhere until it does. A stage that fails means that the store is
 * away or the outcome unknown; everything may be repeated.
 */
public interface IdentifierTables {
  /**
   * A claim whose device does not say that it has the identifier is nobody's when it is older than
   * this: whoever made it died, or its answer is long known. A request takes half a minute at most.
   */
  Duration CLAIM_OPEN_MAX = Duration.ofMinutes(2);

  /**
   * A claim.
   *
   * @param claimed when, by the clock of who made it
   */
  record Claim(Identifier identifier, EnterpriseId enterprise, DeviceId device, Instant claimed) {
    public Claim {
      claimed = claimed.truncatedTo(ChronoUnit.MILLIS); // as the tables keep it
    }

    /** Whether it is the same device's. */
    public boolean isOf(Claim other) {
      return enterprise.equals(other.enterprise) && device.equals(other.device);
    }
  }

  /**
   * Claims an identifier, which nobody else can then: a global one in the world, another in its
   * enterprise. A transaction.
   *
   * @return who had it already; empty where nobody had
   */
  CompletionStage<Optional<Claim>> claim(Claim claim);

  /** Takes an identifier over from a claim that leads nowhere; false if it has moved on. */
  CompletionStage<Boolean> takeOver(Claim from, Claim to);

  /** Gives an identifier back, if it still is this device's. A transaction. */
  CompletionStage<Void> release(Claim claim);

  /** Who claimed an identifier; an enterprise's own one in this enterprise. */
  CompletionStage<Optional<Claim>> read(Identifier identifier, EnterpriseId enterprise);

  /** Notes that a device has an identifier, so that it is found by its begin. */
  CompletionStage<Void> list(Claim claim);

  /** It has it no more. */
  CompletionStage<Void> unlist(Claim claim);

  /**
   * Devices that had an identifier with this begin, at least so many where there are so many: one
   * may be in twice, or have given it back.
   */
  CompletionStage<List<DeviceId>> search(EnterpriseId enterprise, String begin, int limit);
}
