package qiantang.bench;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;

/**
 * A ready-made PUBLISH of QoS 1 of which only packet id, event time and the number of its sender
 * change, so that a client costs as little as it can beside what it measures.
 *
 * @param packet whole, with zeros where something is put in
 * @param packetIdAt where its packet id is
 * @param timesAt where event times are, of {@value #TIME_DIGITS} digits
 * @param sendersAt where the sender's number is, of {@value #SENDER_DIGITS} digits
 * @param samples values in it
 */
record LoadMessage(
    byte[] packet, int packetIdAt, List<Integer> timesAt, List<Integer> sendersAt, int samples) {
  private static final int TIME_DIGITS = 13;
  private static final int SENDER_DIGITS = 5;
  private static final String TIME = "0".repeat(TIME_DIGITS);
  private static final String SENDER = "n".repeat(SENDER_DIGITS);

  /** Of a device: one value, and text up to so many bytes of payload, 60 at least. */
  static LoadMessage ofDevice(int payloadBytes) {
    String head = "{\"ts\":" + TIME + ",\"values\":{\"temperature\":42.17,\"note\":\"";
    String payload = head + "x".repeat(payloadBytes - head.length() - 3) + "\"}}";
    return of("v1/devices/me/telemetry", payload, 2);
  }

  /** Of a gateway: so many devices with so many values each. */
  static LoadMessage ofGateway(int devices, int metrics) {
    List<String> all = new ArrayList<>();
    for (int device = 0; device < devices; device++) {
      List<String> values = new ArrayList<>();
      for (int metric = 0; metric < metrics; metric++) {
        values.add("\"metric-%d\":%d.%02d".formatted(metric, device + 10 * metric, metric));
      }
      all.add(
          "\"m%s-%02d\":[{\"ts\":%s,\"values\":{%s}}]"
              .formatted(SENDER, device, TIME, String.join(",", values)));
    }
    String payload = "{" + String.join(",", all) + "}";
    return of("v1/gateway/telemetry", payload, devices * metrics);
  }

  /** Of a device: JSON that never ends, of so many bytes, which is refused. */
  static LoadMessage thatIsRefused(int payloadBytes) {
    String head = "{\"ts\":" + TIME + ",\"values\":{\"note\":\"";
    return of("v1/devices/me/telemetry", head + "x".repeat(payloadBytes - head.length()), 0);
  }

  private static LoadMessage of(String topic, String payload, int samples) {
    int remaining = 2 + topic.length() + 2 + payload.length();
    StringBuilder length = new StringBuilder(); // a variable byte integer, section 1.5.5
    for (int rest = remaining; rest > 0; rest >>= 7) {
      length.append((char) (rest > 127 ? (rest & 0x7f) | 0x80 : rest));
    }
    int payloadAt = 1 + length.length() + 2 + topic.length() + 2;
    byte[] packet = new byte[payloadAt + payload.length()];
    packet[0] = 0x32; // PUBLISH, QoS 1
    for (int i = 0; i < length.length(); i++) {
      packet[1 + i] = (byte) length.charAt(i);
    }
    int topicAt = 1 + length.length();
    packet[topicAt] = (byte) (topic.length() >> 8);
    packet[topicAt + 1] = (byte) topic.length();
    System.arraycopy(topic.getBytes(US_ASCII), 0, packet, topicAt + 2, topic.length());
    System.arraycopy(payload.getBytes(US_ASCII), 0, packet, payloadAt, payload.length());
    return new LoadMessage(
        packet,
        payloadAt - 2,
        places(payload, TIME, payloadAt),
        places(payload, SENDER, payloadAt),
        samples);
  }

  private static List<Integer> places(String payload, String what, int payloadAt) {
    List<Integer> places = new ArrayList<>();
    for (int at = payload.indexOf(what); at >= 0; at = payload.indexOf(what, at + 1)) {
      places.add(payloadAt + at);
    }
    return List.copyOf(places);
  }

  /** Writes one of them. */
  void write(ByteBuf out, int sender, int packetId, long timeMillis) {
    int from = out.writerIndex();
    out.writeBytes(packet);
    out.setShort(from + packetIdAt, packetId);
    for (int at : timesAt) {
      writeDigits(out, from + at, TIME_DIGITS, timeMillis);
    }
    for (int at : sendersAt) {
      writeDigits(out, from + at, SENDER_DIGITS, sender);
    }
  }

  private static void writeDigits(ByteBuf out, int at, int digits, long number) {
    long rest = number;
    for (int digit = digits - 1; digit >= 0; digit--) {
      out.setByte(at + digit, (int) ('0' + rest % 10));
      rest /= 10;
    }
  }
}
