package qiantang.ingest.payload;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.StringJoiner;
import org.junit.jupiter.api.Test;
import qiantang.store.model.DeviceId;
import qiantang.store.model.MetricValue;
import qiantang.store.model.Reading;
import qiantang.store.model.Value;

class ThingsBoardTest {
  // 2026-01-01T00:00:00Z
  private static final long NOW = 1_767_225_600_000_000L;
  private static final String T = "1767225600000";

  @Test
  void readsAllValueTypes() {
    device("me@now a=1", "{'a':1}");
    device("me@now a=-9223372036854775808", "{'a':-9223372036854775808}");
    device("me@now a=9223372036854775807", "{'a':9223372036854775807}");
    device("me@now a=1.5", "{'a':1.5}");
    device("me@now a=1.0", "{'a':1.0}");
    device("me@now a=-0.0", "{'a':-0.0}");
    device("me@now a=1.0E300", "{'a':1e300}");
    device("me@now a=0.1", "{'a':0.1}");
    device("me@now a=123456.789012345", "{'a':123456.789012345}");
    device("me@now a=true b=false", "{'a':true,'b':false}");
    device("me@now a='x'", "{'a':'x'}");
    device("me@now a='42'", "{'a':'42'}"); // a numeric string stays a string
    device("me@now a=''", "{'a':''}");
    device("me@now a='压机'", "{'a':'压机'}");
    device("me@now a='\uD83D\uDE00'", "{'a':'\\uD83D\\uDE00'}");
    device("me@now a={'b':[1, 2.50]}", "{'a':{'b':[1, 2.50]}}"); // the text as it was sent
    device("me@now a=[] b={}", "{'a':[],'b':{}}");
    device("me@now b=1", "{'a':null,'b':1}");
    device("", "{'a':null}"); // accepted, and nothing to keep
    device("", "{}");
    device("", "[]");
    device("me@now a=1", " \n{ 'a' : 1 } ");
  }

  @Test
  void readsAllForms() {
    device("me@now a=1; me@+1 a=2", "[{'a':1},{'a':2}]"); // the second must not cover the first
    device("me@" + T + "000! a=1", "{'ts':" + T + ",'values':{'a':1}}");
    device("me@" + T + "000! a=1", "{'values':{'a':1},'ts':" + T + "}");
    device("me@" + T + "000! a={'x':[1]}", "{'values':{'a':{'x':[1]}},'ts':" + T + "}");
    device(
        "me@" + T + "000! a=1",
        "{'ts':" + T + ",'values':{'a':1},'metadata':{'connector':'m','receivedTs':1}}");
    device("me@" + T + "000! a=1; me@now b=2", "[{'ts':" + T + ",'values':{'a':1}},{'b':2}]");
    device("me@" + T + "125! a=1", "{'ts':" + T + ".125,'values':{'a':1}}"); // microseconds
    device("me@" + T + "125! a=1", "{'ts':" + T + ".1259,'values':{'a':1}}");
    device("me@" + T + "000! a=1", "{'ts':1.7672256e12,'values':{'a':1}}");
    device("me@now ts=5 a=1", "{'ts':5,'a':1}"); // no values: ts is a metric
    device("me@now values={'a':1}", "{'values':{'a':1}}"); // no ts: values is one
    device("", "{'ts':" + T + ",'values':{}}");
    device("", "{'ts':" + T + ",'values':{'a':null}}");
  }

  @Test
  void refusesWhatIsNoJson() {
    malformed("");
    malformed(" ");
    malformed("{");
    malformed("{'a':1}}");
    malformed("{'a':1} {'b':2}");
    malformed("{'a':}");
    malformed("{'a':NaN}");
    malformed("{'a':Infinity}");
    malformed("{'a':+1}");
    malformed("{'a':01}");
    malformed("{'a':1,}");
    malformed("{a:1}");
    malformed("{'a':'\\x'}");
    malformed("{'\\uDE00':1}"); // half a character in a name
    malformed("{'a':" + "[".repeat(32) + "]".repeat(32) + "}");
    malformed("[".repeat(1000));
    malformed("{'a':".repeat(1000) + "1" + "}".repeat(1000));
    malformed("{'a':" + "9".repeat(1001) + "}");
    malformed("{'" + "k".repeat(100_000) + "':1}");
    malformed(new byte[] {'{', '"', (byte) 0xC3, '"', ':', '1', '}'}); // half a character
    malformed(new byte[] {0, '{', 0, '}'}); // UTF-16
    malformed(new byte[] {(byte) 0x1F, (byte) 0x8B, 8, 0}); // gzip
  }

  @Test
  void refusesReadingsThatCannotBeKeptAsSent() {
    device("- MALFORMED 'a' is a number beyond the range of a double", "{'a':1e400}");
    device("- MALFORMED 'a' is a number beyond the range of a double", "{'a':-1E999999999}");
    device("- MALFORMED 'a' is a number beyond the range of a double", "{'a':1e-999999999}");
    device("me@now a=0.0", "{'a':0e400}");
    device("- MALFORMED 'a' is an integer beyond 64 bits", "{'a':9223372036854775808}");
    device("- MALFORMED 'a' is given twice", "{'a':1,'a':1}");
    device("- MALFORMED 'm30' is given twice", "{" + metrics(40) + ",'m30':1}");
    device("- MALFORMED an empty name", "{'':1}");
    device("- MALFORMED a name of more than 128 bytes", "{'" + "k".repeat(129) + "':1}");
    device("me@now " + "k".repeat(128) + "=1", "{'" + "k".repeat(128) + "':1}");
    device("- MALFORMED unpaired surrogate", "{'a':'\\uD83D'}");
    device("- TOO_LARGE 'a' has a value of more than 4096 bytes", text(4097));
    device("me@now a='" + "x".repeat(4096) + "'", text(4096));
    device("- TOO_LARGE 'a' has a value of more than", "{'a':['" + "x".repeat(4096) + "']}");
    device("- MALFORMED not an object", "5");
    device("- MALFORMED not an object", "'x'");
    device("me@now a=1; - MALFORMED not an object", "[{'a':1},5]");
    device("- MALFORMED 'values' beside 'ts' must be an object", "{'ts':" + T + ",'values':1}");
    device("- MALFORMED twice", "{'ts':" + T + ",'ts':1,'values':{'a':1}}");
    device("- MALFORMED twice", "{'ts':" + T + ",'values':{'a':1},'values':{'a':2}}");
    device("- MALFORMED twice", "{'values':{'a':1},'ts':" + T + ",'values':{'a':2}}");
    device("me@now b=1; - MALFORMED 'a' is given", "[{'a':1,'a':2},{'b':1}]");
  }

  @Test
  void refusesEventTimesThatNoClockCanMean() {
    device("- CLOCK 2106-02-07T06:28:16Z", "{'ts':4294967296000,'values':{'a':1}}");
    device("- CLOCK it looks like seconds", "{'ts':1767225600,'values':{'a':1}}");
    device("- CLOCK it looks like microseconds", "{'ts':1767225600000000,'values':{'a':1}}");
    device("- CLOCK is no date", "{'ts':1767225600000000000,'values':{'a':1}}");
    device("- CLOCK behind", "{'ts':-1,'values':{'a':1}}");
    device("- CLOCK behind", "{'ts':0.5,'values':{'a':1}}");
    device("- CLOCK behind", "{'ts':1e-999999999,'values':{'a':1}}");
    device("- CLOCK is no date", "{'ts':1e999999999,'values':{'a':1}}");
    device("- CLOCK not a number", "{'ts':'2026-01-01T00:00:00Z','values':{'a':1}}");
    device("- CLOCK not a number", "{'ts':null,'values':{'a':1}}");
    device("- CLOCK not a number", "{'ts':{},'values':{'a':1}}");
    device("me@1767225900000000! a=1", "{'ts':1767225900000,'values':{'a':1}}"); // 5 min ahead
    device("- CLOCK 300 s ahead", "{'ts':1767225900001,'values':{'a':1}}");
    device("me@1764633600000000! a=1", "{'ts':1764633600000,'values':{'a':1}}"); // 30 d back
    device("- CLOCK 30 days behind", "{'ts':1764633599999,'values':{'a':1}}");
    device(
        "me@now b=1; - CLOCK 2106; - CLOCK 2107",
        "[{'ts':4294967296000,'values':{'a':1}},{'b':1},{'ts':4330000000000,'values':{'a':1}}]");
  }

  @Test
  void identicalRefusalsOfAMessageAreOne() {
    device("- CLOCK x2 event time 1970", "[{'ts':1,'values':{'a':1}},{'ts':1,'values':{'a':2}}]");
    StringJoiner many = new StringJoiner(",", "[", "]");
    for (int i = 0; i < 1000; i++) {
      many.add("{'ts':" + i + ",'values':{}}");
    }
    Decoded.Readings decoded = (Decoded.Readings) decode("v2/t", bytes(many.toString()), false);
    assertTrue(decoded.isRefused());
    assertEquals(Refusals.REFUSALS_MAX + 1, decoded.refusals().size());
    assertEquals(744, decoded.refusals().getLast().readings());
  }

  @Test
  void readsGateways() {
    gateway("A@now t=1", "{'A':[{'t':1}]}");
    gateway("A@now t=1", "{'A':{'t':1}}"); // not an array: ThingsBoard loses it in silence
    gateway(
        "A@" + T + "000! t=1; A@now t=2; B@now u=3",
        "{'A':[{'ts':" + T + ",'values':{'t':1}},{'t':2}],'B':[{'u':3}]}");
    gateway("A@now t=1; A@+1 t=2", "{'A':[{'t':1}],'A':[{'t':2}]}"); // adds up
    gateway(DeviceId.ofName("PLC 1") + "@now t=1", "{'PLC 1':[{'t':1}]}");
    gateway("", "{'A':[]}");
    gateway("", "{}");
    gateway("- MALFORMED not an object", "{'A':5}");
    gateway("B@now t=1; - MALFORMED not an object", "{'A':5,'B':[{'t':1}]}");
    gateway("B@now t=1; - MALFORMED an empty name", "{'':[{'t':1}],'B':[{'t':1}]}");
    gateway("- MALFORMED a name of more", "{'" + "k".repeat(129) + "':[{'t':1}]}");
    gateway("- MALFORMED an object of devices", "[{'t':1}]");
  }

  @Test
  void readsAttributesAsReadings() {
    f("me@now attributes.fw='1.2'", "v1/devices/me/attributes", "{'fw':'1.2'}", false);
    f("me@now attributes.ts=1 attributes.values=2", "v2/a", "{'ts':1,'values':2}", false);
    f("- MALFORMED an object of attributes", "v2/a", "[1]", false);
    f("A@now attributes.fw='1.2'", "v1/gateway/attributes", "{'A':{'fw':'1.2'}}", true);
  }

  @Test
  void readsAnnouncements() {
    f("birth PLC 1 default", "v1/gateway/connect", "{'device':'PLC 1','type':'default'}", true);
    f("birth PLC 1 null", "v1/gateway/connect", "{'device':'PLC 1'}", true);
    f("- MALFORMED no \"device\"", "v1/gateway/connect", "{'type':'default'}", true);
    f("- MALFORMED no \"device\"", "v1/gateway/connect", "{'device':5}", true);
    f("- MALFORMED an empty name", "v1/gateway/connect", "{'device':''}", true);
    f("- MALFORMED expected an object", "v1/gateway/connect", "[]", true);
    f("disconnect of [A]", "v1/gateway/disconnect", "{'device':'A'}", true);
    f("- MALFORMED no \"device\"", "v1/gateway/disconnect", "{'type':'default'}", true);
  }

  @Test
  void choosesTheDialectByTopic() {
    f("me@now a=1", "v2/t/j", "{'a':1}", false);
    f("me@now a=1", "v1/devices/me/telemetry", "{'a':1}", true); // a gateway for itself
    f("- TOPIC for gateways", "v1/gateway/telemetry", "{}", false);
    f("- TOPIC for gateways", "v1/gateway/connect", "{}", false);
    f("- TOPIC no dialect", "v1/devices/me/telemetri", "{}", false);
    f("- TOPIC no dialect", "$SYS/broker", "{}", true);
    f("- TOPIC no dialect", "/".repeat(1024), "{}", true);
    f("- TOPIC at most 1024", "/".repeat(60_000), "{}", true);
    f("- TOPIC protobuf", "v2/t/p", "\u0001", false);
    f("- TOPIC no command", "v1/devices/me/rpc/response/7", "{'ok':true}", false);
    f("- TOPIC no command", "v1/gateway/rpc", "{'device':'A','id':1,'data':{}}", true);
    f("- TOPIC through the API", "v1/gateway/attributes/request", "{'id':1}", true);
    f("- TOPIC through the API", "v2/a/req/1", "{}", false);
  }

  @Test
  void aRepeatWithoutAnEventTimeIsFlagged() {
    assertTrue(first("{'a':1}", true).possibleRepeat());
    assertEquals(false, first("{'a':1}", false).possibleRepeat());
    assertEquals(false, first("{'ts':" + T + ",'values':{'a':1}}", true).possibleRepeat());
  }

  private static Reading first(String json, boolean duplicate) {
    byte[] bytes = bytes(json);
    Decoded decoded = Dialects.of("v2/t", false).decode(message(bytes, duplicate));
    return ((Decoded.Readings) decoded).readings().getFirst();
  }

  private static void device(String expected, String json) {
    f(expected, "v1/devices/me/telemetry", json, false);
  }

  private static void gateway(String expected, String json) {
    f(expected, "v1/gateway/telemetry", json, true);
  }

  private static void malformed(String json) {
    malformed(bytes(json));
  }

  private static void malformed(byte[] payload) {
    Decoded decoded = decode("v2/t", payload, false);
    assertTrue(decoded instanceof Decoded.Refused, () -> describe(decoded));
  }

  /** Expected refusals give a part of their detail; all else is exact. Quotes are single ones. */
  private static void f(String expected, String topic, String json, boolean isGateway) {
    String actual = describe(decode(topic, bytes(json), isGateway));
    String[] wanted = expected.split("; ", -1);
    String[] got = actual.split("; ", -1);
    assertEquals(wanted.length, got.length, actual);
    for (int i = 0; i < wanted.length; i++) {
      if (wanted[i].startsWith("- ")) {
        String[] parts = wanted[i].split(" ", 3);
        assertTrue(got[i].startsWith("- " + parts[1]) && got[i].contains(parts[2]), actual);
      } else {
        assertEquals(wanted[i], got[i]);
      }
    }
  }

  private static Decoded decode(String topic, byte[] payload, boolean isGateway) {
    return Dialects.of(topic, isGateway).decode(message(payload, false));
  }

  /** The payload lies somewhere in a packet's body, as in real life. */
  private static Message message(byte[] payload, boolean duplicate) {
    byte[] body = new byte[payload.length + 10];
    System.arraycopy(payload, 0, body, 7, payload.length);
    EventTimes times = EventTimes.around(NOW, Duration.ofDays(30), new Arrivals());
    return new Message(
        new DeviceId("me"), body, 7, payload.length, duplicate, times, new SubDevices());
  }

  private static String describe(Decoded decoded) {
    StringJoiner all = new StringJoiner("; ");
    switch (decoded) {
      case Decoded.Readings readings -> {
        readings.readings().forEach(reading -> all.add(describe(reading)));
        readings.refusals().forEach(refusal -> all.add(describe(refusal)));
      }
      case Decoded.Birth birth ->
          all.add("birth " + birth.device().name() + " " + birth.device().model());
      case Decoded.Refused refused -> all.add(describe(refused.refusal()));
      case Decoded.Death death -> all.add(death.reason() + " of " + death.devices());
      case Decoded.Lossy _ -> throw new AssertionError(decoded);
    }
    return all.toString();
  }

  private static String describe(Decoded.Refusal refusal) {
    String times = refusal.readings() > 1 ? " x" + refusal.readings() : "";
    return "- " + refusal.reason() + times + " " + refusal.detail().replace("; ", ": ");
  }

  private static String describe(Reading reading) {
    long after = reading.eventTimeMicros() - NOW;
    String time = after == 0 ? "now" : "+" + after;
    StringJoiner text = new StringJoiner(" ");
    text.add(reading.device() + "@" + (reading.stamped() ? reading.eventTimeMicros() + "!" : time));
    for (MetricValue value : reading.values()) {
      text.add(value.metric() + "=" + describe(value.value()));
    }
    return text.toString();
  }

  private static String describe(Value value) {
    return switch (value) {
      case Value.Bool bool -> String.valueOf(bool.value());
      case Value.Int integer -> String.valueOf(integer.value());
      case Value.Real real -> String.valueOf(real.value());
      case Value.Text text -> "'" + text.value() + "'";
      case Value.Json json -> json.text().replace('"', '\'');
    };
  }

  private static byte[] bytes(String json) {
    return json.replace('\'', '"').getBytes(UTF_8);
  }

  private static String metrics(int count) {
    StringJoiner all = new StringJoiner(",");
    for (int i = 0; i < count; i++) {
      all.add("'m" + i + "':" + i);
    }
    return all.toString();
  }

  private static String text(int length) {
    return "{'a':'" + "x".repeat(length) + "'}";
  }
}
