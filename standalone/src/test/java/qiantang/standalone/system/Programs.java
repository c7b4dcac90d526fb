package qiantang.standalone.system;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import qiantang.standalone.cassandra.Ports;
import qiantang.store.cassandra.Cassandra;
import qiantang.store.cassandra.CassandraConfig;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;
import qiantang.store.registry.AccessToken;
import qiantang.store.registry.Credential;
import qiantang.store.registry.Device;
import qiantang.store.registry.Enterprise;
import qiantang.store.registry.Platform;
import qiantang.store.registry.Retention;
import qiantang.store.registry.Role;
import qiantang.store.registry.UnitTables;
import qiantang.store.registry.Units;

/**
 * Ingest, query and fold over one keyspace, each a process of its own that a test can kill and
 * start again on the same ports. Two enterprises are registered: {@code alpha} and {@code beta}.
 */
final class Programs implements AutoCloseable {
  static final EnterpriseId ALPHA = new EnterpriseId("alpha");
  static final EnterpriseId BETA = new EnterpriseId("beta");

  // A JVM on a busy machine; a program that needs longer is broken.
  private static final Duration START_LIMIT = Duration.ofSeconds(90);
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path folder;
  private final CassandraConfig database;
  private final int mqttPort = Ports.free();
  private final int ingestHttpPort = Ports.free();
  private final int httpPort = Ports.free();
  private final int foldHttpPort = Ports.free();
  private final HttpClient http = HttpClient.newHttpClient();
  private final SecureRandom random = new SecureRandom();
  private final Map<EnterpriseId, String> admins = new HashMap<>();
  private final String operator;
  private @Nullable Process ingest;
  private @Nullable Process query;
  private @Nullable Process fold;

  private Programs(Path folder, CassandraConfig database, String operator) {
    this.folder = folder;
    this.database = database;
    this.operator = operator;
  }

  /** Registers the enterprises and starts ingest and query, whose logs go into the folder. */
  static Programs start(Path folder, CassandraConfig database) throws Exception {
    Programs programs = startWithoutIngest(folder, database);
    try {
      programs.startIngest();
      return programs;
    } catch (Exception | Error e) {
      programs.close();
      throw e;
    }
  }

  /** Registers the enterprises and starts query: nothing that takes messages or folds. */
  static Programs startWithoutIngest(Path folder, CassandraConfig database) throws Exception {
    AccessToken operator = AccessToken.draw(EnterpriseId.OPERATOR, new SecureRandom());
    Programs programs = new Programs(folder, database, operator.text());
    try {
      programs.register(operator);
      programs.startQuery();
      return programs;
    } catch (Exception | Error e) {
      programs.close();
      throw e;
    }
  }

  private void register(AccessToken operator) {
    Instant now = Instant.now();
    try (Cassandra store = store()) {
      await(store.registry().putCredential(credential(operator, Role.OPERATOR, null, now)));
      for (EnterpriseId id : List.of(ALPHA, BETA)) {
        await(
            store
                .registry()
                .createEnterprise(
                    new Enterprise(
                        id, id.text(), "", List.of(Platform.BASE), Retention.YEAR_1, now)));
        AccessToken admin = AccessToken.draw(id, random);
        await(store.registry().putCredential(credential(admin, Role.ADMIN, null, now)));
        admins.put(id, admin.text());
      }
    }
  }

  /** Registers a device or gateway and returns its token. */
  String register(EnterpriseId enterprise, String device, Role role) {
    Instant now = Instant.now();
    DeviceId id = new DeviceId(device);
    AccessToken token = AccessToken.draw(enterprise, random);
    Device.Kind kind = role == Role.GATEWAY ? Device.Kind.GATEWAY : Device.Kind.DEVICE;
    try (Cassandra store = store()) {
      await(
          store
              .registry()
              .createDevice(
                  new Device(enterprise, id, device, kind, null, "", "", "", false, now)));
      await(store.registry().putCredential(credential(token, role, id, now)));
    }
    return token.text();
  }

  private static Credential credential(
      AccessToken token, Role role, @Nullable DeviceId device, Instant now) {
    String id = device == null ? role.word() : device.text();
    return new Credential(token.owner(), id, token.hash(), role, device, id, now, null);
  }

  /** Says in which unit all models of an enterprise measure; null for none. */
  void setUnit(EnterpriseId enterprise, String metric, @Nullable String unit) {
    Units.Metric ofAll = new Units.Metric(Units.Metric.ALL, metric);
    try (Cassandra store = store()) {
      await(
          store.registry().units().write(enterprise, List.of(new UnitTables.Change(ofAll, unit))));
    }
  }

  /** The platform that is above all others. */
  void putBasePlatform() {
    try (Cassandra store = store()) {
      await(
          store
              .registry()
              .putPlatform(new Platform(Platform.BASE, "supET 平台", "supET platform", "base")));
    }
  }

  Cassandra store() {
    return Cassandra.connect(database);
  }

  private static <T> T await(java.util.concurrent.CompletionStage<T> stage) {
    return stage.toCompletableFuture().join();
  }

  /** With these words more than it needs. */
  void startIngest(String... more) throws Exception {
    List<String> words = new ArrayList<>(List.of("--mqtt-port", String.valueOf(mqttPort)));
    words.addAll(List.of("--ingest-http-port", String.valueOf(ingestHttpPort)));
    words.addAll(List.of(more));
    ingest = java("ingest", words.toArray(String[]::new));
    awaitReady(ingest, "ingest", ingestHttpPort);
  }

  void startQuery() throws Exception {
    query = java("query", "--http-port", String.valueOf(httpPort));
    awaitReady(query, "query", httpPort);
  }

  /** Returns at once: a test kills it before it has done much. */
  void startFold() throws Exception {
    fold = java("fold", "--fold-http-port", String.valueOf(foldHttpPort));
  }

  void killFold() throws InterruptedException {
    kill(fold);
  }

  void killIngest() throws InterruptedException {
    kill(ingest);
  }

  void killQuery() throws InterruptedException {
    kill(query);
  }

  /** SIGHUP or SIGTERM. */
  void signalIngest(String signal) throws Exception {
    signal(signal, ingestPid());
  }

  /** SIGSTOP or SIGCONT. */
  void signalQuery(String signal) throws Exception {
    Process process = query;
    if (process == null) {
      throw new IllegalStateException("query was not started");
    }
    signal(signal, process.pid());
  }

  static void signal(String signal, long pid) throws Exception {
    int code = new ProcessBuilder("kill", "-" + signal, String.valueOf(pid)).start().waitFor();
    if (code != 0) {
      throw new IllegalStateException("cannot send " + signal + " to " + pid);
    }
  }

  /** It was told to end. */
  void awaitIngestEnd() throws InterruptedException {
    if (ingest != null) {
      ingest.waitFor();
    }
  }

  long ingestPid() {
    Process process = ingest;
    if (process == null) {
      throw new IllegalStateException("ingest was not started");
    }
    return process.pid();
  }

  int mqttPort() {
    return mqttPort;
  }

  String mqttUri() {
    return "tcp://127.0.0.1:" + mqttPort;
  }

  String httpUri() {
    return "http://127.0.0.1:" + httpPort;
  }

  String operatorToken() {
    return operator;
  }

  String adminToken(EnterpriseId enterprise) {
    String token = admins.get(enterprise);
    if (token == null) {
      throw new IllegalArgumentException("no admin of " + enterprise);
    }
    return token;
  }

  /** An answer of the API. */
  record Answer(int status, JsonNode body) {}

  /** GET with a token. */
  Answer get(String path, String token) throws Exception {
    var response =
        http.send(
            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + httpPort + path))
                .header("Authorization", "Bearer " + token)
                .timeout(Duration.ofSeconds(60))
                .build(),
            BodyHandlers.ofString());
    return new Answer(response.statusCode(), JSON.readTree(response.body()));
  }

  /** Any method with a token and a JSON body, which may be empty. */
  Answer send(String method, String path, String token, String body) throws Exception {
    var response =
        http.send(
            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + httpPort + path))
                .header("Authorization", "Bearer " + token)
                .header("Content-Type", "application/json")
                .method(method, BodyPublishers.ofString(body))
                .timeout(Duration.ofSeconds(60))
                .build(),
            BodyHandlers.ofString());
    return new Answer(response.statusCode(), JSON.readTree(response.body()));
  }

  /** Asks again while the store does not answer, as the API says; it may just have been killed. */
  private Answer getOnceThere(String path) throws Exception {
    long end = System.nanoTime() + START_LIMIT.toNanos();
    Answer answer = get(path, operator);
    while (answer.status() == 503 && System.nanoTime() < end) {
      TimeUnit.MILLISECONDS.sleep(200);
      answer = get(path, operator);
    }
    return answer;
  }

  /** All samples of one metric of a device: event time in ms to value, over all pages. */
  Map<Long, JsonNode> series(EnterpriseId enterprise, String device, String metric)
      throws Exception {
    Map<Long, JsonNode> samples = new HashMap<>();
    String base =
        "/v1/enterprises/%s/devices/%s/series?metrics=%s&from=0&to=4102444800000"
            .formatted(enterprise, device, metric);
    String cursor = "";
    while (true) {
      Answer answer = getOnceThere(base + cursor);
      if (answer.status() == 404) {
        return samples; // nothing acknowledged, and the device not discovered yet
      }
      if (answer.status() != 200) {
        throw new IllegalStateException("cannot read the series: " + answer);
      }
      for (JsonNode series : answer.body().path("series")) {
        for (int i = 0; i < series.path("times").size(); i++) {
          JsonNode before =
              samples.put(series.path("times").get(i).asLong(), series.path("values").get(i));
          if (before != null) {
            throw new AssertionError("duplicate sample of " + device);
          }
        }
      }
      JsonNode next = answer.body().path("next");
      if (next.isNull() || next.isMissingNode()) {
        return samples;
      }
      cursor = "&cursor=" + next.asText();
    }
  }

  /** Waits until the condition holds; the limit only ends a hopeless wait. */
  static void awaitTrue(String what, BooleanSupplier condition) throws InterruptedException {
    long end = System.nanoTime() + START_LIMIT.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > end) {
        throw new AssertionError("waited in vain for: " + what);
      }
      TimeUnit.MILLISECONDS.sleep(50);
    }
  }

  private Process java(String command, String... arguments) throws IOException {
    List<String> line = new ArrayList<>();
    line.add(ProcessHandle.current().info().command().orElse("java"));
    line.addAll(
        List.of(
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-Xmx256m",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("java.class.path"),
            "qiantang.standalone.Main",
            command,
            "--cassandra",
            "127.0.0.1:" + database.contactPoints().getFirst().getPort(),
            "--keyspace",
            database.keyspace()));
    line.addAll(List.of(arguments));
    return new ProcessBuilder(line)
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.appendTo(folder.resolve(command + ".log").toFile()))
        .start();
  }

  private void awaitReady(Process process, String name, int port) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/health/ready"))
            .timeout(Duration.ofSeconds(10))
            .build();
    awaitTrue(
        name + " to be ready",
        () -> {
          if (!process.isAlive()) {
            throw new AssertionError(name + " ended; its log says:\n" + log(name));
          }
          try {
            return http.send(request, BodyHandlers.discarding()).statusCode() == 200;
          } catch (IOException e) {
            return false; // not up yet
          } catch (InterruptedException e) {
            throw new IllegalStateException(e);
          }
        });
  }

  /** What a program wrote. */
  String log(String name) {
    try {
      return Files.readString(folder.resolve(name + ".log"));
    } catch (IOException e) {
      return "(no log: " + e + ")";
    }
  }

  private static void kill(@Nullable Process process) throws InterruptedException {
    if (process != null) {
      process.destroyForcibly().waitFor();
    }
  }

  @Override
  public void close() {
    try {
      kill(query);
      kill(fold);
      kill(ingest);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("cannot end the programs: interrupted", e);
    }
  }
}
