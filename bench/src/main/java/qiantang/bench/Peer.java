package qiantang.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import qiantang.standalone.cassandra.Ports;

/** Somebody else's MQTT server beside ours, as a child process that lets everybody in. */
final class Peer implements AutoCloseable {
  /** It cannot be had here; the message says how to get it. */
  static final class MissingException extends Exception {
    private static final long serialVersionUID = 1L;

    MissingException(String message) {
      super(message);
    }
  }

  private static final Duration READY_MAX = Duration.ofSeconds(60);
  private static final Duration READY_PAUSE = Duration.ofMillis(200);
  private static final long FETCH_MINUTES_MAX = 5;
  private static final int CONNECT_MILLIS_MAX = 1000;
  private static final String FETCH =
      "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies";

  private final Process process;
  private final int port;

  private Peer(Process process, int port) {
    this.process = process;
    this.port = port;
  }

  /** Mosquitto as the distribution packages it, with a window that holds {@code inFlight}. */
  static Peer mosquitto(Path folder, int inFlight)
      throws IOException, InterruptedException, MissingException {
    Path program = Path.of("/usr/sbin/mosquitto");
    if (Files.notExists(program)) {
      throw new MissingException("no " + program + ": apt-get install mosquitto");
    }
    int port = Ports.free();
    Path configuration =
        Files.writeString(
            folder.resolve("mosquitto.conf"),
            """
            listener %d 127.0.0.1
            allow_anonymous true
            persistence false
            max_inflight_messages %d
            max_queued_messages 0
            set_tcp_nodelay true
            log_type error
            """
                .formatted(port, inFlight));
    List<String> command = List.of(program.toString(), "-c", configuration.toString());
    return start(command, folder.resolve("mosquitto.log"), port);
  }

  /** HiveMQ CE embedded, fetched through Maven where it is not here yet. */
  static Peer hivemq(Path folder) throws IOException, InterruptedException, MissingException {
    Path sources =
        Path.of(System.getProperty("qiantang.root", ""), "bench", "peers", "hivemq")
            .toAbsolutePath();
    Path jars = Path.of(System.getProperty("qiantang.root", ""), ".build", "peers", "hivemq");
    if (Files.notExists(jars.resolve("complete"))) {
      fetch(sources, jars.toAbsolutePath(), folder.resolve("hivemq-fetch.log"));
    }
    int port = Ports.free();
    List<String> command =
        List.of(
            ProcessHandle.current().info().command().orElse("java"),
            "-Xmx1g",
            "-XX:+UseCompactObjectHeaders",
            "-cp",
            jars.toAbsolutePath() + "/*",
            sources.resolve("HiveMq.java").toString(),
            String.valueOf(port),
            Files.createDirectories(folder.resolve("hivemq")).toString());
    return start(command, folder.resolve("hivemq.log"), port);
  }

  private static void fetch(Path sources, Path jars, Path log)
      throws IOException, InterruptedException, MissingException {
    System.err.println("fetching HiveMQ CE through Maven (100 MB, once)");
    Process maven;
    try {
      maven =
          new ProcessBuilder(
                  "mvn", "-B", "-ntp", "-f", sources.resolve("pom.xml").toString(), FETCH)
              .redirectErrorStream(true)
              .redirectOutput(log.toFile())
              .start();
    } catch (IOException e) {
      throw new MissingException("no mvn to fetch HiveMQ CE with: " + e.getMessage());
    }
    boolean hasEnded = maven.waitFor(FETCH_MINUTES_MAX, TimeUnit.MINUTES);
    if (!hasEnded || maven.exitValue() != 0) {
      maven.destroyForcibly();
      throw new MissingException(
          "cannot fetch HiveMQ CE through Maven; try `mvn -f bench/peers/hivemq "
              + FETCH
              + "` and read what it says");
    }
    Files.createFile(jars.resolve("complete"));
  }

  private static Peer start(List<String> command, Path log, int port)
      throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    Peer peer = new Peer(process, port);
    Runtime.getRuntime().addShutdownHook(new Thread(peer::close));
    long end = System.nanoTime() + READY_MAX.toNanos();
    while (!accepts(port)) {
      if (System.nanoTime() > end
          || process.waitFor(READY_PAUSE.toMillis(), TimeUnit.MILLISECONDS)) {
        peer.close();
        throw new IllegalStateException(
            "cannot start %s; its log says:%n%s".formatted(command, Files.readString(log, UTF_8)));
      }
    }
    return peer;
  }

  private static boolean accepts(int port) {
    try (Socket socket = new Socket()) {
      socket.connect(
          new InetSocketAddress(InetAddress.getLoopbackAddress(), port), CONNECT_MILLIS_MAX);
      return true;
    } catch (IOException e) {
      return false; // not up yet
    }
  }

  int port() {
    return port;
  }

  Map<String, ProcessHandle> processes() {
    return Map.of("server", process.toHandle());
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
