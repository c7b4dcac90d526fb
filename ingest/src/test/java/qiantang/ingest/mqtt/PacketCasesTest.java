package qiantang.ingest.mqtt;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static qiantang.ingest.mqtt.Rig.ACME;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import qiantang.ingest.net.ClientPackets;
import qiantang.ingest.net.MqttVersion;
import qiantang.store.model.Entry;
import qiantang.store.registry.Role;

/**
 * The cases of {@code packet-cases.txt}, written from the specifications: what a client sends, what
 * the server answers, and whether the connection stays; whole, and split at every byte.
 */
class PacketCasesTest {
  // A name of a case says "goodbye" where its end is no offence.
  private static final String NO_OFFENCE = "goodbye";

  /** Longer ones are split around their ends and at every hundredth byte. */
  private static final int SPLIT_EVERYWHERE_BYTES = 200;

  private static final int EDGE_BYTES = 24;

  /**
   * One line for one version.
   *
   * @param isFirst whether it is sent to a connection that has not logged in
   */
  private record Case(
      int line, String name, MqttVersion version, boolean isFirst, byte[] sent, String answer) {
    boolean ends() {
      return answer.endsWith("closed");
    }
  }

  @Test
  void everyCaseIsAnsweredAsTheSpecificationSaysHoweverItIsSplit() {
    List<String> wrong = new ArrayList<>();
    for (Case one : cases()) {
      check(new Rig(), one, wrong); // its clock and journal go on with each split
    }
    assertEquals("", String.join("\n", wrong));
  }

  @Test
  void thereAreEnough() {
    List<Case> cases = cases();
    assertTrue(cases.size() >= 300, "cases: " + cases.size());
    Set<String> names = new HashSet<>();
    cases.forEach(one -> assertTrue(names.add(one.version + one.name), "twice: " + one.name));
    Set<Integer> rows = new TreeSet<>();
    for (Case one : cases) {
      int at = one.name.indexOf("row ");
      if (at >= 0) {
        rows.add(Integer.parseInt(one.name.substring(at + 4).split("\\D", 2)[0]));
      }
    }
    // The others are no bytes of one connection: storms, timeouts, TLS and WebSocket.
    assertTrue(
        rows.containsAll(
            List.of(
                1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 23, 24, 25,
                26, 27, 28, 29, 30, 31, 32, 33, 34, 36)),
        "rows: " + rows);
  }

  private static void check(Rig rig, Case one, List<String> wrong) {
    String device = "d" + one.line + one.version;
    String whole = run(rig, one, device, -1);
    if (!whole.equals(one.answer)) {
      wrong.add(
          "line "
              + one.line
              + " "
              + one.version
              + " "
              + one.name
              + ": is "
              + whole
              + ", not "
              + one.answer);
      return;
    }
    for (int split : splits(one.sent.length)) {
      String answer = run(rig, one, device, split);
      if (!answer.equals(whole)) {
        wrong.add("line " + one.line + " split at " + split + ": " + answer);
        return;
      }
    }
    boolean isGoodbye = one.name.contains(NO_OFFENCE);
    if (one.ends() && !one.isFirst && !isGoodbye) {
      boolean isTold =
          rig.stored(ACME, Entry.Rejection.class).stream()
              .anyMatch(r -> r.publisher() != null && r.publisher().text().equals(device));
      if (!isTold) {
        wrong.add("line " + one.line + ": the enterprise reads nothing");
      }
    }
  }

  private static List<Integer> splits(int length) {
    List<Integer> splits = new ArrayList<>();
    for (int split = 1; split < length; split++) {
      boolean isEdge = split < EDGE_BYTES || length - split < EDGE_BYTES;
      if (length <= SPLIT_EVERYWHERE_BYTES || isEdge || split % (length / 10) == 0) {
        splits.add(split);
      }
    }
    return splits;
  }

  /** What comes back, such as {@code PUBACK 1 00; open}. */
  private static String run(Rig rig, Case one, String device, int split) {
    Rig.Client client = rig.open();
    String token = rig.token(ACME, Role.DEVICE, device).text();
    if (!one.isFirst) {
      client.send(ClientPackets.connect(one.version, device, token, 20));
      rig.commit();
      client.received();
    }
    if (split > 0) {
      client.send(Arrays.copyOf(one.sent, split));
      if (client.isOpen()) { // else a socket that is closed
        client.send(Arrays.copyOfRange(one.sent, split, one.sent.length));
      }
    } else {
      client.send(one.sent);
    }
    rig.commit();
    rig.pass(Duration.ofMillis(1500)); // repeated refusals are written each second
    rig.commit();
    String said = Transcript.of(client.received(), one.version == MqttVersion.V5);
    String answer = said + (said.isEmpty() ? "" : "; ") + (client.isOpen() ? "open" : "closed");
    client.hangUp();
    rig.commit();
    assertFalse(client.isOpen());
    return answer;
  }

  private static List<Case> cases() {
    List<Case> cases = new ArrayList<>();
    List<String> lines = lines();
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i).strip();
      if (!line.isEmpty() && !line.startsWith("#")) {
        add(cases, i + 1, line.split("\\s*\\|\\s*"));
      }
    }
    return cases;
  }

  /** Versions, name, bytes, answer; a name that begins with ! is of a first packet. */
  private static void add(List<Case> cases, int line, String[] fields) {
    if (fields.length != 4) {
      throw new IllegalArgumentException("line " + line + " has " + fields.length + " fields");
    }
    boolean isFirst = fields[1].startsWith("!");
    for (MqttVersion version : MqttVersion.values()) {
      boolean isV5 = version == MqttVersion.V5;
      if (fields[0].contains(isV5 ? "5" : "4")) {
        String text =
            fields[2]
                .replace("TOKEN", "acme.secret-of-d" + line + version)
                .replace("TELEMETRY", "\"v1/devices/me/telemetry\"");
        String answer = isV5 || !fields[0].contains("5") ? fields[3] : in311(fields[3]);
        byte[] sent = CaseText.bytes(text, isV5);
        cases.add(new Case(line, fields[1], version, isFirst, sent, answer));
      }
    }
  }

  /** The answer of 5 as 3.1.1 has it: no DISCONNECT, and no codes in acknowledgements. */
  private static String in311(String answer) {
    return answer
        .replaceAll("(, )?DISCONNECT [0-9A-F]{2}(; )?", "; ")
        .replaceAll("(PUBACK|PUBREC|PUBCOMP) (\\d+) [0-9A-F]{2}", "$1 $2")
        .replaceAll("SUBACK (\\d+) [89A][0-9A-F]", "SUBACK $1 80")
        .replaceAll("^; ", "");
  }

  private static List<String> lines() {
    try (InputStream in = PacketCasesTest.class.getResourceAsStream("packet-cases.txt")) {
      return new String(Objects.requireNonNull(in).readAllBytes(), UTF_8).lines().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
