package qiantang.ingest.payload;

import java.util.Map;
import qiantang.ingest.payload.Decoded.Refusal;
import qiantang.ingest.payload.Decoded.Refused;
import qiantang.store.model.Reason;

/** Which dialect a topic belongs to: a new dialect is a class and some lines here. */
public final class Dialects {
  /** Refused where others see it, for nothing would come of it. */
  private static final Dialect NO_COMMAND =
      refusing("no command was sent, so none awaits a response: commands come later");

  private static final Dialect NO_ATTRIBUTES =
      refusing("attributes cannot be asked for over MQTT: read them through the API");

  /** For payloads that are said to be UTF-8, and are not, whatever their topic. */
  public static final Dialect NO_TEXT =
      message ->
          new Refused(
              new Refusal(
                  null,
                  Reason.MALFORMED,
                  "the payload is not UTF-8, as its payload format indicator says it is",
                  null,
                  0,
                  0,
                  message.length()));

  /** The longest topic that is looked at; those of dialects have some names of 64 characters. */
  static final int TOPIC_CHARS_MAX = 1024;

  private static final Map<String, Dialect> DEVICE =
      Map.of(
          "v1/devices/me/telemetry", ThingsBoardDevice::telemetry,
          "v2/t", ThingsBoardDevice::telemetry,
          "v2/t/j", ThingsBoardDevice::telemetry,
          "v1/devices/me/attributes", ThingsBoardDevice::attributes,
          "v2/a", ThingsBoardDevice::attributes,
          "v2/a/j", ThingsBoardDevice::attributes);

  private static final Map<String, Dialect> GATEWAY =
      Map.of(
          "v1/gateway/telemetry", ThingsBoardGateway::telemetry,
          "v1/gateway/attributes", ThingsBoardGateway::attributes,
          "v1/gateway/connect", ThingsBoardGateway::connect,
          "v1/gateway/disconnect", ThingsBoardGateway::disconnect,
          "v1/gateway/rpc", NO_COMMAND,
          "v1/gateway/attributes/request", NO_ATTRIBUTES);

  private Dialects() {}

  /** Whether the topic is one of a dialect here, so that a message to it is taken or refused. */
  public static boolean isSpoken(String topic) {
    return topic.startsWith("v1/devices/")
        || topic.startsWith("v1/gateway/")
        || topic.startsWith("v2/");
  }

  /**
   * The dialect of a topic; where there is none, one that refuses and says why.
   *
   * @param isGateway whether the publisher may speak for other devices
   */
  public static Dialect of(String topic, boolean isGateway) {
    Dialect dialect = DEVICE.get(topic);
    if (dialect != null) {
      return dialect;
    }
    dialect = GATEWAY.get(topic);
    if (dialect != null) {
      return isGateway
          ? dialect
          : refusing("the topic is for gateways; this token is a device's: publish to v1/devices");
    }
    if (topic.startsWith("v1/devices/me/rpc/response/") || topic.startsWith("v2/r/res/")) {
      return NO_COMMAND;
    }
    if (topic.startsWith("v1/devices/me/attributes/request/") || topic.startsWith("v2/a/req/")) {
      return NO_ATTRIBUTES;
    }
    if (topic.equals("v2/t/p") || topic.equals("v2/a/p")) {
      return refusing("protobuf payloads are not spoken: send JSON to v2/t/j");
    }
    if (topic.length() > TOPIC_CHARS_MAX) {
      return refusing("a topic has at most " + TOPIC_CHARS_MAX + " characters");
    }
    return refusing("the topic belongs to no dialect: see v1/devices/me/telemetry");
  }

  private static Dialect refusing(String detail) {
    return message ->
        new Refused(new Refusal(null, Reason.TOPIC, detail, null, 0, 0, message.length()));
  }
}
