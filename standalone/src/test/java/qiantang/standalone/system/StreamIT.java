package qiantang.standalone.system;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import qiantang.store.registry.Role;

/** The live stream of real programs, which are killed under it. */
class StreamIT {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int BEFORE = 50;

  @RegisterExtension static final RunningPrograms running = new RunningPrograms();

  @Test
  void allThatWasAcknowledgedIsToldWhoeverDies() throws Exception {
    Programs programs = running.programs();
    String token = programs.register(Programs.ALPHA, "press", Role.DEVICE);
    Client client = new Client(programs.adminToken(Programs.ALPHA));
    Programs.awaitTrue("the stream", client::isOpen);
    PublishingDevice press = new PublishingDevice(programs.mqttUri(), "press", token);
    Programs.awaitTrue("readings", () -> client.times.size() > BEFORE);
    Programs.awaitTrue("the press online", () -> client.states.contains("online connect"));

    programs.killIngest();
    Programs.awaitTrue("its node's death", () -> client.states.contains("offline node-lost"));
    programs.startIngest();
    int heard = client.times.size();
    Programs.awaitTrue("readings of the next node", () -> client.times.size() > heard + BEFORE);

    programs.killQuery();
    Programs.awaitTrue("the end of the stream", () -> !client.isOpen());
    int acknowledged = press.acknowledged().size();
    Programs.awaitTrue("more", () -> press.acknowledged().size() > acknowledged + BEFORE);
    programs.startQuery();
    Programs.awaitTrue("the stream to go on", client::isOpen);
    press.end();
    Programs.awaitTrue(
        "all that was acknowledged", () -> client.times.containsAll(press.acknowledged().keySet()));
    assertEquals(List.of(), client.missed);
    // Device-stamped, so what was sent again after a death has the same time: told twice at most.
    assertTrue(client.again.get() <= press.connects(), client.again + " came again");
    client.end();
  }

  /** A client that comes back with the last id it was told. */
  private static final class Client {
    private final Set<Long> times = ConcurrentHashMap.newKeySet();
    private final List<String> states = new CopyOnWriteArrayList<>();
    private final List<JsonNode> missed = new CopyOnWriteArrayList<>();
    private final String token;
    private final Thread thread;
    private volatile @Nullable InputStream body;
    private volatile boolean isEnded;
    private final AtomicInteger again = new AtomicInteger();
    private @Nullable String last;

    Client(String token) {
      this.token = token;
      thread = Thread.ofPlatform().name("stream-client").start(this::run);
    }

    boolean isOpen() {
      return body != null;
    }

    private void run() {
      HttpClient http = HttpClient.newHttpClient();
      while (!isEnded) {
        try {
          HttpResponse<InputStream> answer = http.send(request(), BodyHandlers.ofInputStream());
          if (answer.statusCode() == 200) {
            body = answer.body();
            read(answer.body());
          }
        } catch (IOException e) {
          // the program is away: again
        } catch (InterruptedException e) {
          return;
        }
        body = null;
        pause();
      }
    }

    /** Between two tries to connect, as a browser makes one: no event is waited for by it. */
    private static void pause() {
      try {
        Thread.sleep(100);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    private HttpRequest request() {
      HttpRequest.Builder request =
          HttpRequest.newBuilder(
                  URI.create(
                      running.programs().httpUri() + "/v1/enterprises/alpha/stream?devices=press"))
              .header("Authorization", "Bearer " + token);
      if (last != null) {
        request.header("Last-Event-ID", last);
      }
      return request.build();
    }

    private void read(InputStream from) throws IOException {
      BufferedReader lines = new BufferedReader(new InputStreamReader(from, UTF_8));
      String name = "";
      String id = null;
      String line;
      while ((line = lines.readLine()) != null) {
        if (line.startsWith("id: ")) {
          id = line.substring(4);
        } else if (line.startsWith("event: ")) {
          name = line.substring(7);
        } else if (line.startsWith("data: ")) {
          heard(name, JSON.readTree(line.substring(6)));
          last = id;
        }
      }
    }

    private void heard(String name, JsonNode data) {
      switch (name) {
        case "reading" -> {
          if (!times.add(data.path("time").asLong())) {
            again.incrementAndGet();
          }
        }
        case "state" -> {
          if (data.path("axis").asText().equals("connection")) {
            states.add(data.path("state").asText() + " " + data.path("reason").asText());
          }
        }
        case "missed" -> missed.add(data);
        default -> {}
      }
    }

    void end() throws IOException, InterruptedException {
      isEnded = true;
      InputStream open = body;
      if (open != null) {
        open.close();
      }
      thread.join();
    }
  }
}
