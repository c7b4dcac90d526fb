package qiantang.query.http;

import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import qiantang.query.auth.Leave;
import qiantang.query.waiting.StoreUnavailable;
import qiantang.query.waiting.StoreWait;
import qiantang.store.model.EnterpriseId;
import qiantang.store.registry.Registry;

/**
 * Changes that are made only if nobody else has made one since the caller looked, which it asks for
 * by the header If-Match.
 *
 * <p>Of those that have seen one version of something one goes on at a time, on all nodes, and
 * looks again before it changes anything: so one of them changes it, and all others see that it
 * did. Who changes something without the header asks for no such care, and gets none. Blocks:
 * virtual threads only.
 */
public final class Conditions {
  private static final Logger logger = LoggerFactory.getLogger(Conditions.class);

  private final Registry registry;
  private final StoreWait store;

  /** By the changes that a registry knows to be under way. */
  public Conditions(Registry registry, StoreWait store) {
    this.registry = registry;
    this.store = store;
  }

  /**
   * Changes something, or says why not.
   *
   * @param what of the enterprise is changed
   * @param now finds the tag of what is to be changed; asked only where there is a condition
   */
  Answer changing(
      Leave leave,
      String what,
      Request request,
      Supplier<Optional<Tag>> now,
      Supplier<Answer> change) {
    Optional<Tag> seen = request.ifMatch() == null ? Optional.empty() : now.get();
    if (seen.isEmpty() || isAny(request.ifMatch())) {
      return change.get(); // what does not exist is told by whoever would change it
    }
    if (!seen.get().allows(request.ifMatch())) {
      return changedMeanwhile();
    }
    EnterpriseId enterprise = leave.enterpriseToChange();
    String version = seen.get().version();
    if (!store.await(registry.beginChange(enterprise, what, version))) {
      return changedMeanwhile();
    }
    try {
      return now.get().filter(tag -> tag.allows(request.ifMatch())).isPresent()
          ? change.get()
          : changedMeanwhile();
    } finally {
      end(enterprise, what, version);
    }
  }

  /** Where it cannot be told, it ends by itself; what was changed stays so. */
  private void end(EnterpriseId enterprise, String what, String version) {
    try {
      store.await(registry.endChange(enterprise, what, version).thenApply(nothing -> version));
    } catch (StoreUnavailable e) {
      logger.warn("the end of a change of {} is not noted: {}", what, e.getMessage());
    }
  }

  private static boolean isAny(@Nullable String ifMatch) {
    return ifMatch != null && ifMatch.strip().equals("*");
  }

  private static Answer changedMeanwhile() {
    return Answer.problem(
        Problem.CHANGED_MEANWHILE,
        "nothing was changed: it is not what the header If-Match says any more, or somebody else is"
            + " changing it at this moment; ask for it again, look at what it is now, and send the"
            + " change with the new ETag");
  }
}
