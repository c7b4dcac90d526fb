package qiantang.standalone.admin;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** What commands that give and take access ask of the API, and what they print of its answer. */
class AccessCommandsIT {
  private static final String CREDENTIALS = "/v1/enterprises/acme/devices/d.1/credentials";

  private final List<String> requests = new ArrayList<>();
  private final StringWriter out = new StringWriter();
  private String answer = "{}";
  private HttpServer api;

  @BeforeEach
  void serve() throws IOException {
    api = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    api.createContext(
        "/",
        exchange -> {
          try (exchange) {
            String body = new String(exchange.getRequestBody().readAllBytes(), UTF_8);
            requests.add(exchange.getRequestMethod() + " " + exchange.getRequestURI() + " " + body);
            byte[] bytes = answer.getBytes(UTF_8);
            exchange.sendResponseHeaders(200, bytes.length);
            exchange.getResponseBody().write(bytes);
          }
        });
    api.start();
  }

  @AfterEach
  void stop() {
    api.stop(0);
  }

  @Test
  void aTokenIsMadeUnlessAnotherKindIsNamed() {
    answer = "{\"id\":\"i\",\"kind\":\"token\",\"token\":\"acme.secret\"}";
    assertEquals("d.1\tacme.secret", credentials());
    assertEquals("POST " + CREDENTIALS + " {}", requests.getLast());
    answer = "{\"id\":\"i\",\"userName\":\"acme/d.1\",\"password\":\"secret\"}";
    assertEquals("d.1\tsecret", credentials("--kind=password", "--expires=2027-01-01"));
    assertEquals(
        "POST " + CREDENTIALS + " {\"kind\":\"password\",\"expires\":\"2027-01-01\"}",
        requests.getLast());
    answer = "{\"id\":\"i\",\"commonName\":\"acme/d.1\"}";
    assertEquals("d.1\tacme/d.1", credentials("--kind=certificate", "--fingerprint=0F:0F"));
    assertEquals(
        "POST " + CREDENTIALS + " {\"kind\":\"certificate\",\"fingerprint\":\"0F:0F\"}",
        requests.getLast());
  }

  @Test
  void credentialsAreListedAndRevoked() {
    String one = "{\"id\":\"i\",\"kind\":\"certificate\",\"created\":7,\"fingerprint\":\"0f\"}";
    answer = "{\"items\":[" + one + "],\"next\":null}";
    assertEquals("i\tcertificate\t7\t\t0f", credentials("--list"));
    assertEquals("GET " + CREDENTIALS + " ", requests.getLast());
    answer = one;
    assertEquals("i\tcertificate\t7\t\t0f", credentials("--revoke=i"));
    assertEquals("DELETE " + CREDENTIALS + "/i ", requests.getLast());
  }

  @Test
  void aDeviceIsDisabledAndEnabled() {
    answer = "{\"id\":\"d.1\",\"kind\":\"device\",\"lifecycle\":\"disabled\"}";
    assertEquals("d.1\tdevice\t\t\tdisabled", run("devices", "--enterprise=acme", "--disable=d.1"));
    String device = "PATCH /v1/enterprises/acme/devices/d.1 ";
    assertEquals(device + "{\"disabled\":true}", requests.getLast());
    run("devices", "--enterprise=acme", "--enable=d.1");
    assertEquals(device + "{\"disabled\":false}", requests.getLast());
  }

  @Test
  void anEnterprisesSettingIsChanged() {
    answer = "{\"id\":\"acme\",\"name\":\"n\",\"region\":\"r\",\"subDevices\":\"known-only\"}";
    assertEquals(
        "acme\tn\tr\tknown-only", run("enterprises", "--change=acme", "--sub-devices=known-only"));
    assertEquals("PATCH /v1/enterprises/acme {\"subDevices\":\"known-only\"}", requests.getLast());
  }

  @Test
  void quotasAreReadAndChanged() {
    answer = "{\"deviceMessagesPerSecond\":50,\"topicLevels\":16}";
    assertEquals(
        "deviceMessagesPerSecond\t50\ntopicLevels\t16", run("quotas", "--enterprise=acme"));
    assertEquals("GET /v1/enterprises/acme/quotas ", requests.getLast());
    run(
        "quotas",
        "--enterprise=acme",
        "--set",
        "deviceMessagesPerSecond=50",
        "--set=topicLevels=usual");
    assertEquals(
        "PATCH /v1/enterprises/acme/quotas"
            + " {\"deviceMessagesPerSecond\":50,\"topicLevels\":null}",
        requests.getLast());
  }

  @Test
  void unitsAreReadAndChanged() {
    answer =
        "{\"items\":[{\"model\":null,\"metric\":\"temperature\",\"unit\":\"°C\"},"
            + "{\"model\":\"loom\",\"metric\":\"speed\",\"unit\":\"1/min\"}],\"next\":null}";
    String printed = "temperature\t°C\nloom\tspeed\t1/min"; // the first model is empty
    assertEquals(printed, run("units", "--enterprise=acme"));
    assertEquals("GET /v1/enterprises/acme/units ", requests.getLast());
    String patch = "PATCH /v1/enterprises/acme/units ";
    assertEquals(
        printed,
        run(
            "units",
            "--enterprise=acme",
            "--set",
            "b=°C",
            "--set=a=x=y",
            "--unset=c",
            "--unset=d"));
    assertEquals(
        patch
            + "{\"items\":[{\"metric\":\"b\",\"unit\":\"°C\"},{\"metric\":\"a\",\"unit\":\"x=y\"},"
            + "{\"metric\":\"c\",\"unit\":null},{\"metric\":\"d\",\"unit\":null}]}",
        requests.getLast());
    run("units", "--enterprise=acme", "--model=cnc-spindle", "--set=speed=1/min");
    assertEquals(
        patch + "{\"items\":[{\"metric\":\"speed\",\"model\":\"cnc-spindle\",\"unit\":\"1/min\"}]}",
        requests.getLast());
  }

  private String credentials(String... options) {
    List<String> words = new ArrayList<>(List.of("--enterprise=acme", "--device=d.1"));
    words.addAll(List.of(options));
    return run("credentials", words.toArray(String[]::new));
  }

  private String run(String command, String... options) {
    List<String> words = new ArrayList<>(List.of(command, "--token=t"));
    words.add("--http=http://127.0.0.1:" + api.getAddress().getPort());
    words.addAll(List.of(options));
    out.getBuffer().setLength(0);
    int code =
        new CommandLine(new AdminCommand())
            .setOut(new PrintWriter(out))
            .execute(words.toArray(String[]::new));
    assertEquals(0, code);
    return out.toString().strip();
  }
}
