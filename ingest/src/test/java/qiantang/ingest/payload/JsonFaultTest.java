package qiantang.ingest.payload;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import qiantang.store.model.DeviceId;

/**
 * What a sender reads of JSON that is none. Quotes are single ones, where that is not the fault.
 */
class JsonFaultTest {
  private static final List<String> GOOD =
      List.of(
          "{}",
          "[]",
          " { 'a' : [ 1 , -0.5e+7 , 'x\\u0041\\n\\/' , true , false , null ] } \r\n\t",
          "'压机 \uD83D\uDE00'",
          "-0",
          "[[[]],{'a':{'b':{}}}]");

  @Test
  void saysWhereAndWhat() {
    f(0, "before it is whole", "");
    f(1, "before it is whole", "{");
    f(8, "before it is whole", "{'temp':");
    f(6, "before it is whole", "{'temp");
    f(4, "before it is whole", "{'a'");
    f(6, "before it is whole", "{'a':1");
    f(2, "before it is whole", "[1");
    f(5, "before it is whole", "{'a':");
    f(6, "before it is whole", "{'a':-");
    f(7, "before it is whole", "{'a':1.");
    f(8, "before it is whole", "{'a':'\\u");
    f(5, "NaN is no number", "{'a':NaN}");
    f(5, "-Infinity is no number", "{'a':-Infinity}");
    f(5, "no plus sign", "{'a':+1}");
    f(5, "no zero before", "{'a':01}");
    f(6, "no zero before", "{'a':-01}");
    f(5, "0.5, not .5", "{'a':.5}");
    f(7, "a digit behind its point", "{'a':1.}");
    f(7, "a digit in its exponent", "{'a':1e}");
    f(6, "a comma or } must stand here", "{'a':1'b':2}");
    f(3, "a comma or ] must stand here", "[1 2]");
    f(7, "leave the comma out", "{'a':1,}");
    f(3, "leave the comma out", "[1,]");
    f(5, "a value must stand before '}'", "{'a':}");
    f(1, "a value must stand before ','", "[,1]");
    f(4, "a colon must stand", "{'a'1}");
    f(1, "a name must stand here, in double quotes", "{a:1}");
    f(1, "JSON has no comments", "[/*x*/]");
    f(1, "'t' begins no value", "[tru]");
    f(1, "'压' begins no value", "[压]");
    f(0, "a control character begins no value", "\u0001");
    f(0, "byte order mark", "\uFEFF{}");
    f(2, "backslash", "['\\x']");
    f(2, "four hexadecimal digits", "['\\u00G0']");
    f(3, "control character (0x0a) in a text: write it as \\u000a", "['a\nb']");
    f(7, "something follows", "{'a':1}}");
    f(8, "something follows", "{'a':1} x");
    place("in single ones", "{\"a\":'x'}", 5);
  }

  @Test
  void linesAndColumnsAreCountedAsEditorsDo() {
    String json = "{\n  '压机': 1,\n  '压机': x\n}";
    assertEquals(
        "no JSON at byte offset 29 (line 3, column 9): 'x' begins no value: it is a text in double"
            + " quotes, a number, true, false, null, an object or an array",
        find(bytes(json), 0));
    assertEquals(find(bytes(json), 0), find(bytes(json), 7)); // somewhere in a packet
  }

  @Test
  void findsNothingInWhatIsJson() {
    for (String json : GOOD) {
      assertNull(find(bytes(json), 3), json);
    }
  }

  /** The parser and we must never disagree, or a sender reads nonsense. */
  @Test
  void findsAFaultWhereverTheParserDoesAndNowhereElse() {
    Random random = new Random(1);
    String alphabet = "{}[]:,\"\\u0019.eE+-tfnaN'\n /x";
    for (int i = 0; i < 20_000; i++) {
      StringBuilder text = new StringBuilder(GOOD.get(random.nextInt(GOOD.size())));
      for (int edits = random.nextInt(4); edits >= 0; edits--) {
        int at = random.nextInt(text.length() + 1);
        if (random.nextBoolean() && at < text.length()) {
          text.deleteCharAt(at);
        } else {
          text.insert(at, alphabet.charAt(random.nextInt(alphabet.length())));
        }
      }
      byte[] bytes = bytes(text.toString());
      String told = refusal(bytes);
      String found = find(bytes, 0);
      if (found != null) {
        assertNotNull(told, text.toString());
        assertTrue(told.startsWith("no JSON at byte offset ") || told.contains("empty"), told);
      } else if (told != null) {
        assertTrue(!told.startsWith("no JSON"), text + ": " + told);
      }
    }
  }

  @Test
  void noWordOfTheParserReachesTheSender() {
    for (String json : List.of("{'a':NaN}", "{'a':01}", "{a:1}", "{'a':1,}", "{'a':", "{'a':1}x")) {
      String told = refusal(bytes(json));
      assertNotNull(told, json);
      assertTrue(!told.contains("Feature") && !told.contains("token"), told);
    }
    String packed = refusal(new byte[] {'{', (byte) 0x1F, (byte) 0x8B, 8});
    assertEquals(
        "the payload is not UTF-8 at byte offset 2 (line 1, column 3): send JSON in UTF-8, not"
            + " packed",
        packed);
    String deep = refusal(bytes("{'a':" + "[".repeat(40)));
    assertNotNull(deep);
    assertTrue(deep.matches("the JSON is beyond a limit .* at byte offset 3[0-9] .*"), deep);
  }

  private static void f(int at, String why, String json) {
    String text = json.replace('\'', '"');
    place(why, text, at);
  }

  private static void place(String why, String json, int at) {
    String found = find(json.getBytes(UTF_8), 5);
    assertNotNull(found, json);
    assertTrue(found.startsWith("no JSON at byte offset " + at + " ("), json + ": " + found);
    assertTrue(found.contains(why), found);
  }

  private static @Nullable String find(byte[] json, int before) {
    byte[] body = new byte[before + json.length + 2];
    System.arraycopy(json, 0, body, before, json.length);
    return JsonFault.find(body, before, json.length);
  }

  /** What the sender of telemetry is told of the whole message, or null. */
  private static @Nullable String refusal(byte[] payload) {
    EventTimes times =
        EventTimes.around(1_767_225_600_000_000L, Duration.ofDays(30), new Arrivals());
    Message message =
        new Message(new DeviceId("me"), payload, 0, payload.length, false, times, new SubDevices());
    return Dialects.of("v2/t", false).decode(message) instanceof Decoded.Refused refused
        ? refused.refusal().detail()
        : null;
  }

  private static byte[] bytes(String json) {
    return json.replace('\'', '"').getBytes(UTF_8);
  }
}
