package qiantang.standalone.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import qiantang.store.model.EnterpriseId;
import qiantang.store.registry.Role;

/** Who looks for a fault of a device, with Mosquitto's client, sees it in traces and history. */
class TraceIT {
  private static final String TELEMETRY = "v1/devices/me/telemetry";

  @RegisterExtension static final RunningPrograms running = new RunningPrograms();

  @Test
  void aDeviceThatConnectsLaterIsFollowedAndNobodyElse() throws Exception {
    String token = running.programs().register(Programs.ALPHA, "d1", Role.DEVICE);
    String others = running.programs().register(Programs.ALPHA, "d2", Role.DEVICE);
    String theirs = running.programs().register(Programs.BETA, "d1", Role.DEVICE);
    Reading trace = new Reading(Programs.ALPHA, "{\"device\":\"d1\",\"seconds\":120}");
    Reading foreign = new Reading(Programs.BETA, "{\"topic\":\"#\"}");
    // Nodes hear of it within 3 s; who connects before that is followed from then on.
    Programs.awaitTrue(
        "the trace to begin",
        () -> {
          mosquitto(token, "-m", "{\"first\":1}");
          return trace.poll().contains("PUBLISH accepted d1=1");
        });
    mosquitto(others, "-m", "{\"marker-of-d2\":1}");
    mosquitto(token, "-m", "{\"bad\":");
    Programs.awaitTrue(
        "the refusal and the end",
        () -> {
          List<String> told = trace.poll();
          int refused = told.indexOf("PUBLISH refused malformed");
          return refused > 0 && told.subList(refused, told.size()).contains("END ended disconnect");
        });
    assertTrue(trace.poll().stream().anyMatch(told -> told.startsWith("CONNECT accepted")));
    // Two traces may be heard of one after the other, however close they were begun.
    Programs.awaitTrue(
        "the other's",
        () -> {
          mosquitto(theirs, "-m", "{\"marker-of-beta\":1}");
          return foreign.text().contains("marker-of-beta");
        });
    assertTrue(!trace.text().contains("marker-of"), trace.text());
    assertTrue(!foreign.text().contains("first"), foreign.text());
    assertEquals(trace.ids().stream().distinct().toList(), trace.ids(), "each once");
    assertEquals("stopped", trace.stop());
  }

  @Test
  void aLivingSessionIsFollowedAndTheHistoryTellsItsEnd() throws Exception {
    String token = running.programs().register(Programs.ALPHA, "long", Role.DEVICE);
    Process subscriber =
        new ProcessBuilder(
                "mosquitto_sub",
                "-h",
                "127.0.0.1",
                "-p",
                String.valueOf(running.programs().mqttPort()),
                "-i",
                "listener",
                "-k",
                "5",
                "-u",
                token,
                "-P",
                "",
                "-t",
                "v1/devices/me/rpc/request/+")
            .start();
    String history = "/v1/enterprises/alpha/devices/long/connections";
    Programs.awaitTrue("the session", () -> "open".equals(newest(history).path("state").asText()));
    Reading trace = new Reading(Programs.ALPHA, "{\"device\":\"long\"}");
    Programs.awaitTrue("a ping", () -> trace.poll().contains("PINGREQ told"));
    subscriber.destroyForcibly().waitFor();
    Programs.awaitTrue("the end", () -> trace.poll().contains("END ended connection-lost"));
    Programs.awaitTrue("its record", () -> "ended".equals(newest(history).path("state").asText()));
    JsonNode session = newest(history);
    assertEquals("connection-lost", session.path("reason").asText());
    assertEquals("listener", session.path("clientId").asText());
    assertEquals("3.1.1", session.path("protocol").asText());
    assertEquals("tcp", session.path("transport").asText());
    assertTrue(session.path("address").asText().startsWith("127.0.0.1:"), session.toString());
    assertTrue(session.path("durationSeconds").asLong() >= 0, session.toString());
  }

  private static JsonNode newest(String history) {
    try {
      String admin = running.programs().adminToken(Programs.ALPHA);
      return running.programs().get(history, admin).body().path("items").path(0);
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private static void mosquitto(String token, String... message) {
    List<String> line =
        new ArrayList<>(
            List.of(
                "mosquitto_pub",
                "-h",
                "127.0.0.1",
                "-p",
                String.valueOf(running.programs().mqttPort()),
                "-q",
                "1",
                "-u",
                token,
                "-P",
                "",
                "-t",
                TELEMETRY));
    line.addAll(List.of(message));
    try {
      Process client = new ProcessBuilder(line).redirectErrorStream(true).start();
      assertTrue(client.waitFor(60, TimeUnit.SECONDS), "mosquitto_pub hangs");
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  /** A trace and what was read of it, page after page. */
  private static final class Reading {
    private final String path;
    private final String token;
    private final List<JsonNode> records = new ArrayList<>();
    private String cursor = "";

    Reading(EnterpriseId enterprise, String body) throws Exception {
      token = running.programs().adminToken(enterprise);
      String traces = "/v1/enterprises/" + enterprise + "/traces";
      Programs.Answer begun = running.programs().send("POST", traces, token, body);
      assertEquals(201, begun.status(), begun.toString());
      path = traces + "/" + begun.body().path("id").asText();
    }

    /** All that was told so far. */
    List<String> poll() {
      try {
        Programs.Answer page = running.programs().get(path + "?limit=7&wait=1" + cursor, token);
        assertEquals(200, page.status(), page.toString());
        page.body().path("items").forEach(records::add);
        cursor = "&cursor=" + page.body().path("next").asText();
      } catch (Exception e) {
        throw new AssertionError(e);
      }
      return records.stream().map(Reading::told).toList();
    }

    private static String told(JsonNode record) {
      StringBuilder told = new StringBuilder(record.path("packet").asText());
      told.append(' ').append(record.path("outcome").asText());
      if (!record.path("reason").isNull()) {
        told.append(' ').append(record.path("reason").asText());
      }
      for (Map.Entry<String, JsonNode> count : record.path("readings").properties()) {
        told.append(' ').append(count.getKey()).append('=').append(count.getValue());
      }
      return told.toString();
    }

    String text() {
      var _ = poll();
      return records.toString();
    }

    List<String> ids() {
      return records.stream().map(record -> record.path("id").asText()).toList();
    }

    String stop() throws Exception {
      return running.programs().send("DELETE", path, token, "").body().path("state").asText();
    }
  }
}
