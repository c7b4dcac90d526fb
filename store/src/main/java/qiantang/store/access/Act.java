package qiantang.store.access;

import org.jspecify.annotations.Nullable;
import qiantang.store.model.EnterpriseId;

/**
 * What somebody did: the content of a line of the audit.
 *
 * @param subject whose line it is: the enterprise whose data or settings it is about, else {@link
 *     EnterpriseId#OPERATOR}
 * @param action {@code read}, {@code change}, {@code login}, {@code logout} or {@code refused}
 * @param object the path below the enterprise, or the whole path
 * @param grant ids of the grants by which it was let, separated by blanks; null where by role
 * @param outcome the status of the answer and, of a refusal, why
 * @param count how many times since the line of the same act before
 * @param requestId of the first of them
 * @param address where from, empty where nobody knows
 */
public record Act(
    EnterpriseId subject,
    Actor actor,
    String action,
    String object,
    @Nullable String grant,
    String outcome,
    long count,
    String requestId,
    String address) {

  /**
   * Who it was.
   *
   * @param token its id; empty for nobody
   * @param party {@code operator}, {@code enterprise:e}, {@code platform:p}, {@code application:t}
   *     or {@code nobody}
   */
  public record Actor(String token, String name, String role, String party) {
    /** Who showed no valid token. */
    public static final Actor NOBODY = new Actor("", "", "", "nobody");
  }

  /** One of many of whom nobody is told apart. */
  public Act ofOthers() {
    return new Act(
        EnterpriseId.OPERATOR, Actor.NOBODY, action, "others", null, outcome, 1, requestId, "");
  }

  /** The same with another outcome. */
  public Act with(String other) {
    return new Act(subject, actor, action, object, grant, other, count, requestId, address);
  }

  /** The same, so many times. */
  public Act times(long times) {
    return new Act(subject, actor, action, object, grant, outcome, times, requestId, address);
  }
}
