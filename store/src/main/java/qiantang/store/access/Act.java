package qiantang.store.access;

import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;

/**
 * What somebody did: the content of a line of the audit.
 *
 * @param subject whose line it is: the enterprise whose data or settings it is about, else {@link
 *     EnterpriseId#OPERATOR}
 * @param action one of {@link #ACTIONS}
 * @param object the path below the enterprise, or the whole path; behind it {@link #DEVICES} and
 *     the devices that a body or a list named
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
  /** Data was told. */
  public static final String READ = "read";

  /** Something was changed. */
  public static final String CHANGE = "change";

  /** A browser logged in, or tried to. */
  public static final String LOGIN = "login";

  /** A browser logged out. */
  public static final String LOGOUT = "logout";

  /** Somebody asked for what it may not. */
  public static final String REFUSED = "refused";

  /** In an object: what comes behind it are ids of devices, separated by commas. */
  public static final String DEVICES = "?devices=";

  /** All there are. */
  public static final List<String> ACTIONS = List.of(READ, CHANGE, LOGIN, LOGOUT, REFUSED);

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

  /** The same of devices that were named. */
  public Act about(List<DeviceId> devices) {
    String named =
        object + DEVICES + devices.stream().map(DeviceId::text).collect(Collectors.joining(","));
    return new Act(subject, actor, action, named, grant, outcome, count, requestId, address);
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
