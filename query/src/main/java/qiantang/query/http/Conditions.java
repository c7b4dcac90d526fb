package qiantang.query.http;

import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Changes that are made only if nobody else has made one since the caller looked, which it asks for
 * by the header If-Match.
 *
 * <p>Looking and changing are two steps: of two people who press a button within the same few
 * milliseconds both may succeed. It is for those who had a page open for minutes.
 */
final class Conditions {
  private Conditions() {}

  /**
   * Why a change is not made; null where it is.
   *
   * @param now finds the tag of what is to be changed; asked only where there is a condition
   */
  static @Nullable Answer refusal(Request request, Supplier<Optional<Tag>> now) {
    if (request.ifMatch() == null) {
      return null;
    }
    Optional<Tag> tag = now.get();
    if (tag.isEmpty() || tag.get().allows(request.ifMatch())) {
      return null; // what does not exist is told by whoever would change it
    }
    return Answer.problem(
        Problem.CHANGED_MEANWHILE,
        "nothing was changed: it is not what the header If-Match says any more; ask for it again,"
            + " look at what it is now, and send the change with the new ETag");
  }
}
