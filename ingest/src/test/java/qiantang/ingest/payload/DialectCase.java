package qiantang.ingest.payload;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import qiantang.store.model.DeviceId;

/**
 * One case of the recorded shapes in {@code resources/dialects}; the README beside them says how
 * they are written.
 */
record DialectCase(String name, boolean isGateway, List<Step> steps) {
  /** 2026-01-01T00:00:00Z, which cases write as $T. */
  static final long T_MILLIS = 1_767_225_600_000L;

  static final List<String> FILES =
      List.of(
          "thingsboard-device.txt", "thingsboard-gateway.txt", "sparkplug-b.txt", "hostile.txt");

  private static final Pattern TIME = Pattern.compile("\\$T(?:([+-])(\\d+))?");
  private static final Pattern NAME = Pattern.compile("<([^>]+)>");
  private static final Pattern TIMES = Pattern.compile("<<(.+?)>>x(\\d+)");

  /** A message and what is expected of it. */
  record Step(String topic, boolean isRepeat, byte[] payload, List<String> expected) {}

  static List<DialectCase> all() {
    List<DialectCase> cases = new ArrayList<>();
    FILES.forEach(file -> read(file, cases));
    return cases;
  }

  private static void read(String file, List<DialectCase> cases) {
    String name = "";
    boolean isGateway = false;
    String topic = "";
    StringBuilder payload = new StringBuilder();
    List<String> expected = new ArrayList<>();
    List<Step> steps = new ArrayList<>();
    for (String line : (text(file) + "\n== end").lines().toList()) {
      boolean begins = line.startsWith("== ") || line.startsWith("> ");
      if (begins && !topic.isEmpty()) {
        steps.add(step(topic, payload.toString(), expected));
        topic = "";
      }
      if (line.startsWith("== ")) {
        if (!steps.isEmpty()) {
          cases.add(new DialectCase(file + ": " + name, isGateway, List.copyOf(steps)));
        }
        name = line.substring(3);
        isGateway = false;
        steps.clear();
      } else if (line.equals("as gateway")) {
        isGateway = true;
      } else if (line.startsWith("> ")) {
        topic = repeated(line.substring(2));
        payload.setLength(0);
        expected.clear();
      } else if (line.startsWith("= ")) {
        expected.add(names(repeated(line.substring(2))));
      } else if (!line.startsWith("#")) {
        payload.append(line.strip());
      }
    }
  }

  private static Step step(String topic, String payload, List<String> expected) {
    boolean isRepeat = topic.endsWith(" dup");
    return new Step(
        isRepeat ? topic.substring(0, topic.length() - " dup".length()) : topic,
        isRepeat,
        bytes(repeated(times(payload))),
        List.copyOf(expected));
  }

  private static byte[] bytes(String payload) {
    if (payload.startsWith("hex ")) {
      return HexFormat.of().parseHex(payload.substring("hex ".length()).replace(" ", ""));
    }
    return payload.startsWith("spb ")
        ? SparkplugWriter.payload(payload.substring("spb ".length()))
        : payload.getBytes(UTF_8);
  }

  private static String times(String text) {
    Matcher found = TIME.matcher(text);
    return found.replaceAll(
        match -> {
          long shift = match.group(2) == null ? 0 : Long.parseLong(match.group(2));
          return Long.toString(T_MILLIS + ("-".equals(match.group(1)) ? -shift : shift));
        });
  }

  private static String repeated(String text) {
    return TIMES
        .matcher(text)
        .replaceAll(
            match ->
                Matcher.quoteReplacement(match.group(1).repeat(Integer.parseInt(match.group(2)))));
  }

  private static String names(String expected) {
    return NAME.matcher(expected)
        .replaceAll(match -> Matcher.quoteReplacement(DeviceId.ofName(match.group(1)).text()));
  }

  private static String text(String file) {
    try (InputStream in = DialectCase.class.getResourceAsStream("/dialects/" + file)) {
      if (in == null) {
        throw new AssertionError("no test resource dialects/" + file);
      }
      return new String(in.readAllBytes(), UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
