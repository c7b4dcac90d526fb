package qiantang.query;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** How the console's files are served; what they do is tested in a browser. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class ConsoleIT {
  private static final Pattern PATH = Pattern.compile("\"(/(?:console|webjars)/[^\"]+)\"");

  private final World world = new World();
  private final HttpClient client = HttpClient.newHttpClient();

  @AfterAll
  void close() {
    world.close();
  }

  @Test
  void everyScreenIsTheSamePageWithoutARedirect() {
    String page = world.api.get("/", null).body();
    for (String path : List.of("/", "/devices", "/device", "/login", "/devices?enterprise=x")) {
      HttpResponse<String> response = world.api.get(path, null);
      assertEquals(200, response.statusCode(), path);
      assertEquals(page, response.body(), path);
      assertEquals("no-cache", Api.header(response, "Cache-Control"));
    }
  }

  @Test
  void thePolicyLetsOnlyOwnScriptsRun() {
    String policy = Api.header(world.api.get("/", null), "Content-Security-Policy");
    assertTrue(policy.startsWith("default-src 'none'; script-src 'self' 'sha256-"), policy);
    for (String word : List.of("unsafe", "http:", "https:", "data:", "*")) {
      assertTrue(!policy.contains(word), policy);
    }
  }

  @Test
  void whatThePageNamesIsThereForEver() throws Exception {
    Set<String> paths = new TreeSet<>();
    Matcher named = PATH.matcher(world.api.get("/", null).body());
    while (named.find()) {
      paths.add(String.valueOf(named.group(1)));
    }
    assertTrue(paths.size() > 20, paths.toString());
    for (String path : paths) {
      HttpResponse<String> plain = world.api.get(path, null);
      assertEquals(200, plain.statusCode(), path);
      assertEquals("public, max-age=31536000, immutable", Api.header(plain, "Cache-Control"), path);
      assertEquals("Accept-Encoding", Api.header(plain, "Vary"), path);
      HttpResponse<byte[]> zipped = ask(path, "Accept-Encoding", "br, gzip");
      assertEquals("gzip", Api.header(zipped, "Content-Encoding"), path);
      assertEquals(plain.body(), Api.unzip(zipped.body()), path);
      assertEquals("", Api.header(ask(path, "Accept-Encoding", "gzip;q=0"), "Content-Encoding"));
    }
  }

  @Test
  void whoHasItAlreadyIsToldSo() throws Exception {
    for (String coding : List.of("gzip", "identity")) {
      String tag = Api.header(ask("/", "Accept-Encoding", coding), "ETag");
      assertTrue(tag.matches("\"[0-9a-f]{16}(-gzip)?\""), tag);
      HttpResponse<byte[]> known =
          ask("/", "Accept-Encoding", coding, "If-None-Match", "\"x\", W/" + tag);
      assertEquals(304, known.statusCode());
      assertArrayEquals(new byte[0], known.body());
      assertEquals(200, ask("/", "Accept-Encoding", coding, "If-None-Match", "\"x\"").statusCode());
    }
  }

  @Test
  void whatIsNotThereSaysWhatToDo() {
    for (String path : List.of("/console/0123456789abcdef/app.js", "/webjars/lit/0.0.0/index.js")) {
      HttpResponse<String> response = world.api.get(path, null);
      Api.assertProblem("not-found", 404, response);
      assertTrue(response.body().contains("load its page again"), response.body());
    }
  }

  private HttpResponse<byte[]> ask(String path, String... headers)
      throws IOException, InterruptedException {
    URI uri = URI.create("http://127.0.0.1:" + world.query().port() + path);
    HttpRequest.Builder request = HttpRequest.newBuilder(uri);
    Stream.iterate(0, i -> i < headers.length, i -> i + 2)
        .forEach(i -> request.header(headers[i], headers[i + 1]));
    return client.send(request.build(), BodyHandlers.ofByteArray());
  }
}
