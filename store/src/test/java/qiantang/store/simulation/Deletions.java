package qiantang.store.simulation;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import qiantang.store.fold.Mask;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;
import qiantang.store.simulation.Track.Said;

/**
 * What was deleted, as far as answers must show that. Clocks of nodes differ by hours here, so what
 * is hidden need not have come before what is not; where that leaves more than one right answer,
 * none of them is required.
 */
final class Deletions {
  private final List<Deleted> all = new ArrayList<>();

  private record Deleted(long moment, Mask mask) {
    boolean isOf(EnterpriseId enterprise, @Nullable DeviceId device) {
      return mask.enterprise().equals(enterprise)
          && (mask.device() == null || mask.device().equals(device));
    }

    boolean hides(long eventTimeMicros, Delivery delivery) {
      return eventTimeMicros < mask.beforeMicros()
          && Math.floorDiv(delivery.arrivalMicros, 1000L) <= mask.madeMillis();
    }
  }

  /** From this moment on. */
  void add(long moment, Mask mask) {
    all.add(new Deleted(moment, mask));
  }

  private boolean isHidden(Identity identity, Said said, long before) {
    return all.stream()
        .anyMatch(
            deleted ->
                deleted.moment < before
                    && deleted.isOf(identity.enterprise(), identity.device())
                    && deleted.hides(identity.eventTimeMicros(), said.delivery()));
  }

  /** Whether an answer to what was asked at this moment must not show it. */
  boolean isHidden(Track track, Said said, long began) {
    return isHidden(track.identity, said, began);
  }

  /** Whether it is hidden by now: since what was asked at an earlier moment, perhaps. */
  boolean mayBeHidden(Track track, Said said) {
    return isHidden(track.identity, said, Long.MAX_VALUE);
  }

  /** Whether everything that is stored of it is hidden to who asked at this moment. */
  boolean areAllHidden(Track track, long began) {
    return track.said.stream()
        .filter(Said::isStored)
        .allMatch(said -> isHidden(track, said, began));
  }

  /** Whether any of it may be hidden. */
  boolean isTouched(Track track) {
    return track.said.stream().anyMatch(said -> mayBeHidden(track, said));
  }

  /** Whether what was acknowledged last must be in an answer: nothing behind it is hidden. */
  boolean isRequired(Track track, Said floor) {
    return !mayBeHidden(track, floor)
        && track.said.stream()
            .noneMatch(said -> said.isStored() && said.isBehind(floor) && mayBeHidden(track, said));
  }

  /**
   * Whether it, or what came behind it, must be among newest values: not where a packer may have
   * put something newer in its place that was deleted then. An earlier delivery of the same
   * identity may be left in the state of an earlier layout.
   */
  boolean isRequiredAsNewest(Track track, Said floor) {
    return isRequired(track, floor)
        && all.stream()
            .noneMatch(
                deleted ->
                    deleted.isOf(track.identity.enterprise(), track.identity.device())
                        && deleted.moment > floor.delivery().sent);
  }

  /** Whether a refusal must not be shown to who asked at this moment. */
  boolean isHidden(Delivery refused, long began) {
    return all.stream()
        .anyMatch(
            deleted ->
                deleted.moment < began
                    && deleted.isOf(refused.message.enterprise, refused.message.publisher())
                    && deleted.hides(refused.arrivalMicros, refused));
  }
}
