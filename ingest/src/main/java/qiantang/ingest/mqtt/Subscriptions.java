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

  private static final int FAILURE_311 = 0x80;
  private static final int NO_SUBSCRIPTION = 0x11;

  private final MqttSession session;

  // At most as many as FILTERS.
  private final Set<String> granted = new HashSet<>(0);

  Subscriptions(MqttSession session) {
    this.session = session;
  }

  void subscribe(Packet.Subscribe subscribe) {
    if (subscribe.hasSubscriptionId()) {
      String detail = "subscription identifiers are not offered";
      session.end(ReasonCode.SUBSCRIPTION_IDS_NOT_SUPPORTED, detail, "protocol-error");
      return;
    }
    List<Integer> codes = new ArrayList<>(subscribe.filters().size());
    for (Packet.Filter filter : subscribe.filters()) {
      if (filter.noLocal() && filter.text().startsWith("$share/")) { // [MQTT-3.8.3-4]
        String detail = "a shared subscription with No Local";
        session.end(ReasonCode.PROTOCOL_ERROR, detail, "protocol-error");
        return;
      }
      codes.add(grant(filter));
    }
    PacketEncoder.subAck(session.out(), session.version(), subscribe.packetId(), codes);
  }

  void unsubscribe(Packet.Unsubscribe unsubscribe) {
    List<Integer> codes = new ArrayList<>(unsubscribe.filters().size());
    for (String filter : unsubscribe.filters()) {
      codes.add(granted.remove(filter) ? ReasonCode.SUCCESS.code() : NO_SUBSCRIPTION);
    }
    PacketEncoder.unsubAck(session.out(), session.version(), unsubscribe.packetId(), codes);
  }

  private int grant(Packet.Filter filter) {
    if (FILTERS.contains(filter.text())) {
      granted.add(filter.text());
      return Math.min(filter.qos(), 1);
    }
    return session.version() == MqttVersion.V5 ? refusal(filter.text()).code() : FAILURE_311;
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
