package qiantang.query;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A client of the live stream. */
final class Events implements AutoCloseable {
  private static final long PATIENCE_SECONDS = 30;

  private final OpenApi description = new OpenApi();
  private final HttpResponse<InputStream> response;
  private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();

  /** One event. */
  record Event(String name, String id, JsonObject data) {}

  Events(int port, String path, String token, String... headers) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
            .header("Authorization", "Bearer " + token)
            .header("Accept-Encoding", "gzip");
    for (int i = 0; i < headers.length; i += 2) {
      request.header(headers[i], headers[i + 1]);
    }
    try {
      response = HttpClient.newHttpClient().send(request.build(), BodyHandlers.ofInputStream());
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
    assertEquals(200, response.statusCode());
    assertEquals("text/event-stream", Api.header(response, "Content-Type"));
    assertEquals("", Api.header(response, "Content-Encoding"), "it would wait in a buffer");
    Thread.ofVirtual().start(this::read);
  }

  private void read() {
    try (BufferedReader lines = new BufferedReader(new InputStreamReader(response.body(), UTF_8))) {
      String name = "";
      String id = "";
      String line;
      while ((line = lines.readLine()) != null) {
        if (line.startsWith("id: ")) {
          id = line.substring(4);
        } else if (line.startsWith("event: ")) {
          name = line.substring(7);
        } else if (line.startsWith("data: ")) {
          events.add(new Event(name, id, new JsonObject(line.substring(6))));
        }
      }
    } catch (IOException e) {
      // it was closed
    }
    events.add(new Event("closed", "", new JsonObject()));
  }

  /** The next event, which must be of this name, and as the API's description says. */
  JsonObject next(String name) {
    return nextEvent(name).data();
  }

  Event nextEvent(String name) {
    Event event = any();
    assertEquals(name, event.name(), event::toString);
    return event;
  }

  Event any() {
    try {
      Event event = events.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
      if (event == null) {
        throw new AssertionError("no event came");
      }
      description.checkEvent(event.name(), event.data());
      return event;
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public void close() throws IOException {
    response.body().close();
  }
}
