package qiantang.ingest.trace;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import qiantang.ingest.auth.Identity;
import qiantang.ingest.net.MqttVersion;
import qiantang.ingest.net.Packet;
import qiantang.ingest.payload.Decoded;
import qiantang.store.journal.ByteBudget;
import qiantang.store.journal.Ticker;
import qiantang.store.model.Counts;
import qiantang.store.model.DeviceId;
import qiantang.store.model.Reason;
import qiantang.store.model.SessionEnd;
import qiantang.store.trace.TraceRecord;
import qiantang.store.trace.TraceRecord.Outcome;

/**
 * Tells of one session's packets to the traces that it concerns, all of its own enterprise. The
 * session's event loop only.
 */
public final class Tracer {
  private static final int TOPIC_CHARS_KEPT = 256;
  private static final int DETAIL_CHARS_KEPT = 512;
  private static final byte[] NO_PAYLOAD = {};

  private final List<TraceSink> sinks;
  private final ByteBudget budget;
  private final Identity identity;
  private final String clientId;
  private final Ticker ticker;
  private final LongSupplier micros;

  private Tracer(
      List<TraceSink> sinks,
      ByteBudget budget,
      Identity identity,
      String clientId,
      Ticker ticker,
      LongSupplier micros) {
    this.sinks = sinks;
    this.budget = budget;
    this.identity = identity;
    this.clientId = clientId;
    this.ticker = ticker;
    this.micros = micros;
  }

  /** For a session of this identity; null where nobody looks at it. */
  public static @Nullable Tracer of(
      TraceSinks all, Identity identity, String clientId, Ticker ticker, LongSupplier micros) {
    List<TraceSink> own = all.of(identity.enterprise()); // never a name in a payload (I6)
    if (own.isEmpty()) {
      return null; // nearly always
    }
    List<TraceSink> sinks = own.stream().filter(sink -> sink.concerns(identity)).toList();
    return sinks.isEmpty()
        ? null
        : new Tracer(sinks, all.budget(), identity, clientId, ticker, micros);
  }

  /** The session has begun. No credentials: a trace is read by many. */
  public void connected(Packet.Connect connect, int keepAliveSeconds, String address) {
    String version = connect.version() == MqttVersion.V5 ? "MQTT 5.0" : "MQTT 3.1.1";
    String clean = connect.cleanStart() ? ", clean" : "";
    String detail =
        version + ", keep-alive " + keepAliveSeconds + " s" + clean + ", from " + address;
    own("CONNECT", false, "", 0, 0, NO_PAYLOAD, Outcome.ACCEPTED, null, detail);
  }

  /** The session is over. */
  public void ended(SessionEnd why) {
    own("END", false, "", 0, 0, NO_PAYLOAD, Outcome.ENDED, why.word(), "");
  }

  /** A packet that is no message and needs no decision; others are told when it is made. */
  public void packet(Packet packet) {
    switch (packet) {
      case Packet.PingReq _ -> told("PINGREQ", 0);
      case Packet.PubAck ack -> told("PUBACK", ack.packetId());
      case Packet.PubRel release -> told("PUBREL", release.packetId());
      case Packet.Acknowledgement ack -> told("PUBREC or PUBCOMP", ack.packetId());
      case Packet.Disconnect _ -> told("DISCONNECT", 0);
      case Packet.Unsubscribe unsubscribe ->
          own(
              "UNSUBSCRIBE",
              false,
              String.join(" ", unsubscribe.filters()),
              0,
              unsubscribe.packetId(),
              NO_PAYLOAD,
              Outcome.ACCEPTED,
              null,
              "");
      case Packet.Publish _,
          Packet.OversizedPublish _,
          Packet.Subscribe _,
          Packet.Connect _,
          Packet.BrokenConnect _,
          Packet.Broken _ -> {}
    }
  }

  private void told(String packet, int packetId) {
    own(packet, false, "", 0, packetId, NO_PAYLOAD, Outcome.TOLD, null, "");
  }

  /** A SUBSCRIBE was answered. */
  public void subscribed(Packet.Subscribe subscribe, List<Integer> codes) {
    long refused = codes.stream().filter(code -> code >= 0x80).count();
    own(
        "SUBSCRIBE",
        false,
        subscribe.filters().stream().map(Packet.Filter::text).collect(Collectors.joining(" ")),
        0,
        subscribe.packetId(),
        NO_PAYLOAD,
        refused == codes.size() ? Outcome.REFUSED : Outcome.ACCEPTED,
        refused == 0 ? null : Reason.TOPIC.word(),
        "answered with "
            + codes.stream().map("0x%02x"::formatted).collect(Collectors.joining(" ")));
  }

  /** Something was refused for which there is no answer to wait: a message, or what ends it. */
  public void refused(Reason reason, String detail, String topic, Counts counts) {
    boolean isMessage = counts.messagesRefused() > 0;
    TraceRecord record =
        record(
            isMessage ? "PUBLISH" : "",
            false,
            topic,
            0,
            0,
            0,
            NO_PAYLOAD,
            Outcome.REFUSED,
            reason.word(),
            detail);
    sure(record, topic);
  }

  /** A message came again; the first one decides. */
  public void repeated(String topic, int qos, int packetId) {
    Outcome outcome = Outcome.REPEATED;
    sure(record("PUBLISH", false, topic, qos, packetId, 0, NO_PAYLOAD, outcome, null, ""), topic);
  }

  /** A message was sent to the client. */
  public void sent(String topic, int qos, int packetId, byte[] payload) {
    TraceRecord record =
        record(
            "PUBLISH",
            true,
            topic,
            qos,
            packetId,
            payload.length,
            kept(payload, 0, payload.length),
            Outcome.TOLD,
            null,
            "");
    sure(record, topic);
  }

  private void sure(TraceRecord record, String topic) {
    for (TraceSink sink : sinks) {
      if (isSure(sink, topic)) {
        add(sink, record);
      }
    }
  }

  /**
   * A message came; null where none is told of it.
   *
   * @param decoded what it says
   * @param receivedMicros when it came
   */
  public @Nullable TracedMessage message(
      Packet.Publish publish, Decoded decoded, long receivedMicros) {
    List<TraceSink> chosen = chosen(publish.topic(), decoded);
    return chosen.isEmpty()
        ? null
        : take(
            chosen,
            new TracedMessage(
                this,
                chosen,
                receivedMicros,
                cut(publish.topic(), TOPIC_CHARS_KEPT),
                publish.qos(),
                publish.packetId(),
                publish.payloadLength(),
                kept(publish.bytes(), publish.payloadOffset(), publish.payloadLength()),
                TracedMessage.readingsOf(decoded)));
  }

  /** The same of a message that was too large to be kept. */
  public @Nullable TracedMessage message(Packet.OversizedPublish publish, long receivedMicros) {
    List<TraceSink> chosen = chosen(publish.topic(), null);
    return chosen.isEmpty()
        ? null
        : take(
            chosen,
            new TracedMessage(
                this,
                chosen,
                receivedMicros,
                cut(publish.topic(), TOPIC_CHARS_KEPT),
                publish.qos(),
                publish.packetId(),
                publish.payloadLength(),
                kept(publish.head(), 0, publish.head().length),
                Map.of()));
  }

  private @Nullable TracedMessage take(List<TraceSink> chosen, TracedMessage message) {
    if (budget.tryTake(TracedMessage.BYTES)) {
      return message;
    }
    chosen.forEach(TraceSink::skip);
    return null;
  }

  private List<TraceSink> chosen(String topic, @Nullable Decoded decoded) {
    List<TraceSink> chosen = new ArrayList<>(sinks.size());
    long now = ticker.nanos();
    for (TraceSink sink : sinks) {
      DeviceId device = sink.trace().device();
      boolean isWanted =
          isSure(sink, topic)
              || (device != null && decoded != null && TracedMessage.names(decoded, device));
      if (isWanted && sink.hasRoom(now)) {
        chosen.add(sink);
      }
    }
    return chosen;
  }

  private boolean isSure(TraceSink sink, String topic) {
    return sink.isOf(identity) || sink.trace().matches(topic);
  }

  void answered(TracedMessage message, List<TraceSink> chosen, TraceRecord record) {
    budget.give(TracedMessage.BYTES);
    chosen.forEach(sink -> add(sink, record));
  }

  private void own(
      String packet,
      boolean isSent,
      String topic,
      int qos,
      int packetId,
      byte[] payload,
      Outcome outcome,
      @Nullable String reason,
      String detail) {
    TraceRecord record =
        record(
            packet, isSent, topic, qos, packetId, payload.length, payload, outcome, reason, detail);
    for (TraceSink sink : sinks) {
      if (sink.isOf(identity)) {
        add(sink, record);
      }
    }
  }

  private void add(TraceSink sink, TraceRecord record) {
    sink.add(record, ticker.nanos(), micros.getAsLong());
  }

  private TraceRecord record(
      String packet,
      boolean isSent,
      String topic,
      int qos,
      int packetId,
      int payloadBytes,
      byte[] payload,
      Outcome outcome,
      @Nullable String reason,
      String detail) {
    return new TraceRecord(
        "",
        micros.getAsLong(),
        null,
        identity.device(),
        clientId,
        packet,
        isSent,
        cut(topic, TOPIC_CHARS_KEPT),
        qos,
        packetId,
        payloadBytes,
        payload,
        outcome,
        reason,
        cut(detail, DETAIL_CHARS_KEPT),
        Map.of(),
        0);
  }

  /** The record of a message that is decided. */
  TraceRecord record(
      TracedMessage message, Outcome outcome, @Nullable String reason, String detail) {
    return new TraceRecord(
        "",
        message.receivedMicros(),
        outcome == Outcome.UNANSWERED ? null : Long.valueOf(micros.getAsLong()),
        identity.device(),
        clientId,
        "PUBLISH",
        false,
        message.topic(),
        message.qos(),
        message.packetId(),
        message.payloadBytes(),
        message.payload(),
        outcome,
        reason,
        cut(detail, DETAIL_CHARS_KEPT),
        outcome == Outcome.ACCEPTED ? message.readings() : Map.of(),
        0);
  }

  private static byte[] kept(byte[] bytes, int offset, int length) {
    int kept = Math.min(length, TraceRecord.PAYLOAD_KEPT_BYTES);
    return Arrays.copyOfRange(bytes, offset, offset + kept);
  }

  private static String cut(String text, int chars) {
    return text.length() <= chars ? text : text.substring(0, chars) + "...";
  }
}
