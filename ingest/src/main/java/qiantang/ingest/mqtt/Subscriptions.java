package qiantang.ingest.mqtt;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import qiantang.ingest.auth.Identity;
import qiantang.ingest.net.MqttVersion;
import qiantang.ingest.net.Packet;
import qiantang.ingest.net.ReasonCode;
import qiantang.ingest.payload.OwnTopics;
import qiantang.ingest.trace.Tracer;
import qiantang.store.model.TopicFilters;

/** Which of its command topics a client listens to. Event loop only. */
final class Subscriptions {
  /** What one client listens to: a gateway of four dialects needs a dozen. */
  static final int FILTERS_MAX = 32;

  /** The longest filter that is kept; those of dialects are shorter. */
  static final int FILTER_CHARS_MAX = 256;

  /** Refused filters of one SUBSCRIBE that get a record each; a usual client sends one. */
  static final int REFUSALS_TOLD_MAX = 16;

  private static final int FAILURE_311 = 0x80;
  private static final int NO_SUBSCRIPTION = 0x11;

  /** What becomes of a SUBSCRIBE. */
  sealed interface Judgement {}

  /**
   * It is answered, one code a filter.
   *
   * @param grants come into force with the answer
   */
  record Codes(List<Integer> codes, List<Grant> grants, List<Refusal> refusals)
      implements Judgement {}

  /**
   * How a filter is listened to.
   *
   * @param qos the most that its messages are sent with, 0 or 1
   */
  record Granted(int qos, boolean retainAsPublished) {}

  /**
   * A filter that is granted.
   *
   * @param isNew whether it was not before
   * @param retainHandling as the client asked; 0 with 3.1.1
   */
  record Grant(String filter, Granted granted, boolean isNew, int retainHandling) {
    /** Whether retained messages are given. [MQTT-3.3.1-9, MQTT-3.3.1-10, MQTT-3.3.1-11] */
    boolean givesRetained() {
      return retainHandling == 0 || (retainHandling == 1 && isNew);
    }
  }

  /** It is not allowed at all, and ends the session. */
  record Offence(ReasonCode code, String detail) implements Judgement {}

  /**
   * Filters that are refused.
   *
   * @param filter empty for several
   * @param count how many they are
   */
  record Refusal(String filter, String detail, int count) {}

  private final MqttSession session;

  private final Identity identity;

  // At most FILTERS_MAX; most devices subscribe to one or none.
  private Map<String, Granted> granted = Map.of();

  Subscriptions(MqttSession session, Identity identity) {
    this.session = session;
    this.identity = identity;
  }

  /** Says what may be granted; nothing changes yet. */
  Judgement judge(Packet.Subscribe subscribe) {
    if (subscribe.hasSubscriptionId()) {
      return new Offence(
          ReasonCode.SUBSCRIPTION_IDS_NOT_SUPPORTED, "subscription identifiers are not offered");
    }
    List<Integer> codes = new ArrayList<>(subscribe.filters().size());
    List<Grant> grants = new ArrayList<>(1);
    List<Refusal> refusals = new ArrayList<>(0);
    int more = 0;
    for (Packet.Filter filter : subscribe.filters()) {
      if (filter.noLocal() && filter.text().startsWith("$share/")) { // [MQTT-3.8.3-4]
        return new Offence(ReasonCode.PROTOCOL_ERROR, "a shared subscription with No Local");
      }
      ReasonCode code = refusal(filter.text(), grants.size());
      if (code == null) {
        Grant grant = grant(filter);
        grants.add(grant);
        codes.add(grant.granted.qos());
        continue;
      }
      codes.add(session.version() == MqttVersion.V5 ? code.code() : FAILURE_311);
      if (refusals.size() < REFUSALS_TOLD_MAX) {
        refusals.add(new Refusal(filter.text(), detailOf(code), 1));
      } else {
        more++;
      }
    }
    if (more > 0) {
      refusals.add(new Refusal("", "more filters of one SUBSCRIBE than are told one by one", more));
    }
    Active active = session.active();
    Tracer tracer = active == null ? null : active.records().tracer();
    if (tracer != null) {
      tracer.subscribed(subscribe, codes);
    }
    return new Codes(codes, grants, refusals);
  }

  private Grant grant(Packet.Filter filter) {
    Granted now = new Granted(Math.min(filter.qos(), 1), filter.retainAsPublished());
    boolean isNew = !granted.containsKey(filter.text());
    return new Grant(filter.text(), now, isNew, filter.retainHandling());
  }

  /**
   * What was judged comes into force; a filter again takes the place of the one before.
   * [MQTT-3.8.4-3] Returns those that are to be given retained messages.
   */
  List<Grant> grant(List<Grant> grants) {
    if (!grants.isEmpty() && granted.isEmpty()) {
      granted = new HashMap<>(4);
    }
    for (Grant grant : grants) {
      granted.put(grant.filter, grant.granted);
    }
    return grants.stream().filter(Grant::givesRetained).toList();
  }

  /** How a topic is listened to by all filters that match it; null where none does. */
  @Nullable Granted granted(String topic) {
    @Nullable Granted most = null;
    for (Map.Entry<String, Granted> entry : granted.entrySet()) {
      if (TopicFilters.matches(entry.getKey(), topic)) {
        Granted one = entry.getValue();
        most =
            most == null
                ? one
                : new Granted(
                    Math.max(most.qos, one.qos), most.retainAsPublished || one.retainAsPublished);
      }
    }
    return most;
  }

  /** Ends what was granted; one code a filter. */
  List<Integer> unsubscribe(Packet.Unsubscribe unsubscribe) {
    List<Integer> codes = new ArrayList<>(unsubscribe.filters().size());
    for (String filter : unsubscribe.filters()) {
      boolean was = !granted.isEmpty() && granted.remove(filter) != null;
      codes.add(was ? ReasonCode.SUCCESS.code() : NO_SUBSCRIPTION);
    }
    return codes;
  }

  /** Why a filter is refused; null where it is granted. */
  private @Nullable ReasonCode refusal(String filter, int grantedNow) {
    if (filter.startsWith("$share/")) { // [MQTT-4.8.2-1, MQTT-4.8.2-2]
      int group = filter.indexOf('/', "$share/".length());
      boolean isWellFormed =
          group > "$share/".length()
              && TopicFilters.isFilter(filter.substring(group + 1))
              && TopicFilters.isName(filter.substring("$share/".length(), group));
      return isWellFormed
          ? ReasonCode.SHARED_SUBSCRIPTIONS_NOT_SUPPORTED
          : ReasonCode.TOPIC_FILTER_INVALID;
    }
    if (!TopicFilters.isFilter(filter)) {
      return ReasonCode.TOPIC_FILTER_INVALID;
    }
    boolean mayListen =
        filter.length() <= FILTER_CHARS_MAX
            && OwnTopics.mayListen(filter, identity.device(), identity.isGateway());
    if (!mayListen) {
      return ReasonCode.NOT_AUTHORIZED;
    }
    boolean hasRoom = granted.containsKey(filter) || granted.size() + grantedNow < FILTERS_MAX;
    return hasRoom ? null : ReasonCode.QUOTA_EXCEEDED;
  }

  private static String detailOf(ReasonCode code) {
    return switch (code) {
      case SHARED_SUBSCRIPTIONS_NOT_SUPPORTED ->
          "shared subscriptions are not offered: leave out $share and the group";
      case TOPIC_FILTER_INVALID ->
          "the topic filter is malformed: + and # fill a level, and # the last one";
      case QUOTA_EXCEEDED -> "one client listens to at most " + FILTERS_MAX + " filters";
      default ->
          "the topic filter is none to listen to: subscribe to v1/devices/me/rpc/request/+,"
              + " v1/devices/me/attributes, v1/gateway/rpc or v1/gateway/attributes; edge nodes of"
              + " Sparkplug 3 to spBv1.0/STATE/HOST and their NCMD and DCMD";
    };
  }
}
