package qiantang.sim;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** A broker that is not ours, as a child process on a free port. */
public final class Mosquitto implements AutoCloseable {
  private static final Path PROGRAM = Path.of("/usr/sbin/mosquitto");

  private final Path folder;
  private final int port;
  private final int tlsPort;
  private final @Nullable TestAuthority authority;
  private final String overTls;
  private @Nullable Process process;

  /** Starts it, with its files in the folder. */
  public Mosquitto(Path folder) throws IOException {
    this(folder, null);
  }

  /** Starts it with a second listener, over TLS with the certificate of this authority. */
  public Mosquitto(Path folder, @Nullable TestAuthority authority) throws IOException {
    this(folder, authority, "");
  }

  /** Likewise, with more lines of configuration for that listener. */
  public Mosquitto(Path folder, @Nullable TestAuthority authority, String overTls)
      throws IOException {
    assumeTrue(Files.isExecutable(PROGRAM), "Debian's mosquitto is not installed");
    this.folder = folder;
    this.authority = authority;
    this.overTls = overTls;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        ServerSocket another = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
      tlsPort = another.getLocalPort();
    }
    launch();
  }

  /** Starts it, again after a stop. */
  public void launch() throws IOException {
    String configuration =
        """
        user %s
        listener %d 127.0.0.1
        allow_anonymous true
        max_inflight_messages 0
        max_queued_messages 0
        """
            .formatted(System.getProperty("user.name"), port);
    if (authority != null) {
      configuration +=
          """
          listener %d 127.0.0.1
          certfile %s
          keyfile %s
          %s
          """
              .formatted(tlsPort, authority.serverCertificate(), authority.serverKey(), overTls);
    }
    Path file = Files.writeString(folder.resolve("mosquitto.conf"), configuration);
    File log = folder.resolve("mosquitto.log").toFile();
    Process started =
        new ProcessBuilder(PROGRAM.toString(), "-c", file.toString())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log))
            .start();
    process = started;
    Await.until("mosquitto listens or has ended", () -> isListening() || !started.isAlive());
    assertTrue(started.isAlive(), Files.readString(log.toPath()));
  }

  public InetSocketAddress address() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
  }

  public InetSocketAddress tlsAddress() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), tlsPort);
  }

  /** STOP lets it stand still, CONT go on: kill(1). */
  public void signal(String name) throws IOException, InterruptedException {
    Process stopped = process;
    assertTrue(stopped != null, "BUG: there is no mosquitto");
    int exitCode =
        new ProcessBuilder("kill", "-" + name, Long.toString(stopped.pid())).start().waitFor();
    assertTrue(exitCode == 0, "kill -" + name + " ended with " + exitCode);
  }

  private boolean isListening() {
    try (Socket probe = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return probe.isConnected();
    } catch (IOException e) {
      return false;
    }
  }

  @Override
  public void close() {
    if (process != null) {
      process.destroyForcibly().onExit().join();
    }
  }
}
