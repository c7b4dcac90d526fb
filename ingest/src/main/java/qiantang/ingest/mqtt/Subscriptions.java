package qiantang.ingest.mqtt;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import qiantang.ingest.net.MqttVersion;
import qiantang.ingest.net.Packet;
import qiantang.ingest.net.PacketEncoder;
import qiantang.ingest.net.ReasonCode;

/**
 * Which of its command topics a client listens to. Granted so that gateways find what they expect;
 * commands themselves come later. Event loop only.
 */
final class Subscriptions {
  /** What a client may listen to: its own commands and attributes, in ThingsBoard's words. */
  private static final Set<String> FILTERS =
      Set.of(
          "v1/devices/me/rpc/request/+",
          "v1/devices/me/rpc/response/+",
          "v1/devices/me/attributes",
          "v1/devices/me/attributes/response/+",
          "v1/gateway/rpc",
          "v1/gateway/attributes",
          "v1/gateway/attributes/response",
          "v2/r/req/+",
          "v2/r/res/+",
          "v2/a",
          "v2/a/res/+");

  /** Refused filters of one SUBSCRIBE that get a record each; a usual client sends one. */
  static final int REFUSALS_TOLD_MAX = 16;

  private static final int FAILURE_311 = 0x80;
  private static final int NO_SUBSCRIPTION = 0x11;

  /** What becomes of a SUBSCRIBE. */
  sealed interface Judgement {}

  /** It is answered, one code a filter. */
  record Codes(List<Integer> codes, List<Refusal> refusals) implements Judgement {}

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

  // At most as many as FILTERS.
  private final Set<String> granted = new HashSet<>(0);

  Subscriptions(MqttSession session) {
    this.session = session;
  }

  /** Grants what may be granted; doing it again changes nothing. */
  Judgement judge(Packet.Subscribe subscribe) {
    if (subscribe.hasSubscriptionId()) {
      return new Offence(
          ReasonCode.SUBSCRIPTION_IDS_NOT_SUPPORTED, "subscription identifiers are not offered");
    }
    List<Integer> codes = new ArrayList<>(subscribe.filters().size());
    List<Refusal> refusals = new ArrayList<>(0);
    int more = 0;
    for (Packet.Filter filter : subscribe.filters()) {
      if (filter.noLocal() && filter.text().startsWith("$share/")) { // [MQTT-3.8.3-4]
        return new Offence(ReasonCode.PROTOCOL_ERROR, "a shared subscription with No Local");
      }
      if (FILTERS.contains(filter.text())) {
        granted.add(filter.text());
        codes.add(Math.min(filter.qos(), 1));
        continue;
      }
      ReasonCode code = refusal(filter.text());
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
    return new Codes(codes, refusals);
  }

  void unsubscribe(Packet.Unsubscribe unsubscribe) {
    List<Integer> codes = new ArrayList<>(unsubscribe.filters().size());
    for (String filter : unsubscribe.filters()) {
      codes.add(granted.remove(filter) ? ReasonCode.SUCCESS.code() : NO_SUBSCRIPTION);
    }
    PacketEncoder.unsubAck(session.out(), session.version(), unsubscribe.packetId(), codes);
  }

  private static ReasonCode refusal(String filter) {
    if (filter.startsWith("$share/")) {
      int group = filter.indexOf('/', "$share/".length());
      boolean isWellFormed =
          group > "$share/".length()
              && isFilter(filter.substring(group + 1))
              && isFree(filter.substring("$share/".length(), group));
      return isWellFormed
          ? ReasonCode.SHARED_SUBSCRIPTIONS_NOT_SUPPORTED
          : ReasonCode.TOPIC_FILTER_INVALID;
    }
    return isFilter(filter) ? ReasonCode.NOT_AUTHORIZED : ReasonCode.TOPIC_FILTER_INVALID;
  }

  private static String detailOf(ReasonCode code) {
    return switch (code) {
      case SHARED_SUBSCRIPTIONS_NOT_SUPPORTED ->
          "shared subscriptions are not offered: leave out $share and the group";
      case TOPIC_FILTER_INVALID ->
          "the topic filter is malformed: + and # fill a level, and # the last one";
      default ->
          "the topic filter is none to listen to: subscribe to v1/devices/me/rpc/request/+,"
              + " v1/devices/me/attributes, v1/gateway/rpc or v1/gateway/attributes";
    };
  }

  /** One look along the filter, however many levels it has. [MQTT-4.7.1-1, MQTT-4.7.1-2] */
  private static boolean isFilter(String filter) {
    for (int i = 0; i < filter.length(); i++) {
      char c = filter.charAt(i);
      boolean isLast = i == filter.length() - 1;
      boolean beginsLevel = i == 0 || filter.charAt(i - 1) == '/';
      boolean endsLevel = isLast || filter.charAt(i + 1) == '/';
      if ((c == '#' && !(beginsLevel && isLast)) || (c == '+' && !(beginsLevel && endsLevel))) {
        return false;
      }
    }
    return !filter.isEmpty();
  }

  private static boolean isFree(String text) {
    return text.indexOf('+') < 0 && text.indexOf('#') < 0;
  }
}
