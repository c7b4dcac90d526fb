package qiantang.standalone.cassandra;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A Cassandra node in a process of its own, on loopback. Its data lies in a {@link DataDirectory};
 * one left over from a killed parent is ended by the next start on the same directory.
 */
public final class CassandraProcess implements AutoCloseable {
  /** A commit log of 2 GiB replays within this on a slow disk; a shorter limit would lose to it. */
  private static final Duration START_LIMIT = Duration.ofMinutes(5);

  /**
   * How long SIGTERM may take (2.6 s idle, of which 2 s wait for peers). What it does not flush in
   * time lies in the commit log; `demo` promises to be gone within 20 s.
   */
  private static final Duration STOP_LIMIT = Duration.ofSeconds(10);

  /** The archive is written at exit, which takes 4 s on two busy cores; tests can wait. */
  private static final Duration STOP_LIMIT_WITH_ARCHIVE = Duration.ofSeconds(60);

  private static final Duration KILL_LIMIT = Duration.ofSeconds(10);
  private static final Duration PROBE_PAUSE = Duration.ofMillis(50);
  private static final Duration PROGRESS_PAUSE = Duration.ofSeconds(5);

  /**
   * A shell that prepares what a JVM cannot set for itself.
   *
   * <p>A terminal sends Ctrl-C to parent and child alike. Cassandra ignores it and serves until our
   * own programs have stopped; a JVM started with a signal ignored leaves it so.
   *
   * <p>Idle workers of Cassandra (SEPWorker) look for work every 10 microseconds, which Linux's
   * timer slack of 50 makes 60: 44,000 context switches a second under load, half of its processor
   * time on two cores. A slack of 1 ms leaves 8,500, and a third more durable messages a second.
   */
  private static final List<String> PREPARED =
      List.of(
          "/bin/sh",
          "-c",
          "trap '' INT HUP; { echo 1000000 > /proc/self/timerslack_ns; } 2>/dev/null;"
              + " exec \"$0\" \"$@\"");

  private final Process process;
  private final Config config;
  private final int jmxPort;
  private final Path log;
  private final PidFile pidFile;
  private final ClassArchive archive;

  private CassandraProcess(
      Process process,
      Config config,
      int jmxPort,
      Path log,
      PidFile pidFile,
      ClassArchive archive) {
    this.process = process;
    this.config = config;
    this.jmxPort = jmxPort;
    this.log = log;
    this.pidFile = pidFile;
    this.archive = archive;
  }

  /** What the node is for. */
  public enum Profile {
    /** Keeps every acknowledged write over kill -9, and has the whole compiler. */
    DURABLE,
    /** Keeps as much, and is compiled once, cheaply: for tests that kill it within minutes. */
    KILLABLE,
    /** Starts in half the time and loses what is new when killed: no write waits for a disk. */
    QUICK
  }

  /**
   * How to run the node.
   *
   * @param cqlPort 0 = a free one
   * @param heapMebibytes the most the heap may grow to
   */
  public record Config(int cqlPort, int heapMebibytes, Profile profile) {
    /** For tests of logic. */
    public static Config forTests() {
      return new Config(0, 512, Profile.QUICK);
    }

    /** For demo and benchmarks: 2 GiB, or a quarter of a small machine's memory. */
    public static Config durable(int cqlPort, long memoryBytes) {
      long quarterMebibytes = (memoryBytes >> 20) / 4;
      int heapMebibytes = Math.clamp(quarterMebibytes, 512, 2048);
      return new Config(cqlPort, heapMebibytes, Profile.DURABLE);
    }

    private Config withFreePort() {
      return cqlPort == 0 ? new Config(Ports.free(), heapMebibytes, profile) : this;
    }
  }

  /** Returns when CQL answers. {@code progress} is given lines for the operator. */
  public static CassandraProcess start(DataDirectory data, Config wanted, Consumer<String> progress)
      throws CannotStartException, InterruptedException {
    try {
      PidFile pidFile = new PidFile(data.path().resolve("cassandra.pid"));
      endLeftOver(pidFile, progress);
      Config config = wanted.withFreePort();
      Ports.requireFree(CqlProbe.LOOPBACK, config.cqlPort(), "--cql-port");
      CassandraProcess cassandra = launch(data, config, pidFile);
      try {
        cassandra.awaitAnswer(progress);
      } catch (InterruptedException e) {
        cassandra.process.destroyForcibly(); // Nobody will hold it, so nobody would stop it.
        throw e;
      }
      return cassandra;
    } catch (IOException e) {
      throw new CannotStartException("cannot start Cassandra in " + data.path(), e);
    }
  }

  public InetSocketAddress contactPoint() {
    return new InetSocketAddress(CqlProbe.LOOPBACK, config.cqlPort());
  }

  public int cqlPort() {
    return config.cqlPort();
  }

  /** For tools such as nodetool; without a password, on loopback only. */
  public int jmxPort() {
    return jmxPort;
  }

  public long pid() {
    return process.pid();
  }

  /** Completes with the exit code when the process is gone, however it went. */
  public CompletableFuture<Integer> exited() {
    return process.onExit().thenApply(Process::exitValue);
  }

  /** SIGTERM, then SIGKILL when the limit is over. */
  public void stop() throws InterruptedException {
    Duration limit = archive.isRecording() ? STOP_LIMIT_WITH_ARCHIVE : STOP_LIMIT;
    process.destroy();
    if (process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
      archive.keep();
    }
    kill();
  }

  /** SIGKILL: as a crash would end it. */
  public void kill() throws InterruptedException {
    process.destroyForcibly();
    process.waitFor(KILL_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
    try {
      pidFile.remove();
    } catch (IOException ignored) {
      // The next start finds that this pid is gone.
    }
  }

  /** An interrupted thread has no time left: SIGKILL. */
  @Override
  public void close() {
    try {
      stop();
    } catch (InterruptedException ignored) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }

  private static void endLeftOver(PidFile pidFile, Consumer<String> progress)
      throws IOException, InterruptedException {
    @Nullable ProcessHandle leftOver = pidFile.living().orElse(null);
    if (leftOver == null) {
      return;
    }
    progress.accept("cassandra: ending pid %d, left over from before".formatted(leftOver.pid()));
    CompletableFuture<ProcessHandle> gone = leftOver.onExit();
    leftOver.destroy();
    gone.completeOnTimeout(leftOver, STOP_LIMIT.toMillis(), TimeUnit.MILLISECONDS).join();
    leftOver.destroyForcibly();
    leftOver
        .onExit()
        .completeOnTimeout(leftOver, KILL_LIMIT.toMillis(), TimeUnit.MILLISECONDS)
        .join();
    pidFile.remove();
  }

  private static CassandraProcess launch(DataDirectory data, Config config, PidFile pidFile)
      throws IOException, CannotStartException {
    Path java = Java17.find(System.getenv());
    CassandraJars jars = CassandraJars.find();
    int jmxPort = Ports.free();
    CassandraConf conf =
        CassandraConf.write(data.path().resolve("conf"), config.cqlPort(), Ports.free());
    ClassArchive archive = ClassArchive.of(jars, config.profile() == Profile.QUICK);
    List<String> command =
        Stream.of(
                PREPARED.stream(),
                Stream.of(java.toString(), "@" + conf.jvmOptions()),
                memoryFlags(config).stream(),
                archive.flags().stream(),
                nodeFlags(jmxPort).stream(),
                durabilityFlags(config).stream(),
                folderFlags(data, conf).stream(),
                Stream.of("-cp", jars.classPath(), "org.apache.cassandra.service.CassandraDaemon"))
            .flatMap(flags -> flags)
            .toList();
    Path output = data.logs().resolve("cassandra.out");
    Process process =
        new ProcessBuilder(command)
            .directory(data.path().toFile())
            .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    pidFile.write(process.toHandle());
    Path log = data.logs().resolve("cassandra.log");
    return new CassandraProcess(process, config, jmxPort, log, pidFile, archive);
  }

  private static List<String> memoryFlags(Config config) {
    String most = "-Xmx" + config.heapMebibytes() + "m";
    return switch (config.profile()) {
      case QUICK, KILLABLE ->
          List.of("-Xms64m", most, "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1");
      // Half of the heap at once: of 256 MiB G1 stops the node each second beside questions, of
      // 1 GiB each fourth. What outlives one collection is in a memtable and lives on: copied once
      // and not up to 15 times, a stop takes 10 to 33 ms instead of 16 to 61. Who is to stop it for
      // 10 ms collects more often, for as much of the time: 9 to 13 ms each two seconds.
      case DURABLE ->
          List.of(
              "-Xms" + config.heapMebibytes() / 2 + "m",
              most,
              "-XX:+UseG1GC",
              "-XX:MaxGCPauseMillis=10",
              "-XX:MaxTenuringThreshold=1");
    };
  }

  /** A node without peers: nothing to gossip with, to wait for or to tell before it goes. */
  private static List<String> nodeFlags(int jmxPort) {
    return List.of(
        "-Dcassandra.jmx.local.port=" + jmxPort,
        "-Dcassandra.load_ring_state=false",
        "-Dcassandra.ring_delay_ms=0",
        "-Dcassandra.shutdown_announce_in_ms=0",
        "-Dcassandra.skip_wait_for_gossip_to_settle=0",
        "-Dcassandra.superuser_setup_delay_ms=0");
  }

  /** The file's settings keep what is acknowledged; QUICK takes them back. */
  private static List<String> durabilityFlags(Config config) {
    return switch (config.profile()) {
      case DURABLE, KILLABLE -> List.of();
      case QUICK ->
          List.of(
              "-Dcassandra.unsafesystem=true", // system tables are not flushed either
              "-Dcassandra.config.allow_system_properties=true",
              "-Dcassandra.settings.commitlog_sync=periodic",
              "-Dcassandra.settings.commitlog_sync_period=10s");
    };
  }

  private static List<String> folderFlags(DataDirectory data, CassandraConf conf) {
    return List.of(
        "-Dcassandra.config=" + conf.yaml().toUri(),
        "-Dcassandra-rackdc.properties=" + conf.rackdc().toUri(),
        "-Dcassandra.storagedir=" + data.path().resolve("cassandra"),
        "-Dlogback.configurationFile=" + conf.logback(),
        "-Dqiantang.log=file",
        "-Dqiantang.logs=" + data.logs(),
        "-XX:ErrorFile=" + data.logs().resolve("hs_err_%p.log"));
  }

  private void awaitAnswer(Consumer<String> progress)
      throws CannotStartException, InterruptedException {
    long begun = System.nanoTime();
    long told = begun;
    progress.accept("cassandra: starting, log in " + log);
    while (!CqlProbe.answers(config.cqlPort())) {
      long now = System.nanoTime();
      if (!process.isAlive()) {
        throw new CannotStartException(
            "cannot start Cassandra: it ended with code %d; %s (see %s and cassandra.out beside it)"
                .formatted(process.exitValue(), lastError(), log));
      }
      if (now - begun > START_LIMIT.toNanos()) {
        kill();
        throw new CannotStartException(
            "cannot start Cassandra: no answer on port %d within %d s; see %s"
                .formatted(config.cqlPort(), START_LIMIT.toSeconds(), log));
      }
      if (now - told > PROGRESS_PAUSE.toNanos()) {
        progress.accept("cassandra: still starting (%d s)".formatted(seconds(now - begun)));
        told = now;
      }
      Thread.sleep(PROBE_PAUSE);
    }
    progress.accept(
        "cassandra: answers on %s:%d after %d s"
            .formatted(
                CqlProbe.LOOPBACK.getHostAddress(),
                config.cqlPort(),
                seconds(System.nanoTime() - begun)));
  }

  /** The log's newest error and its cause, to save the operator a look where these say it all. */
  private String lastError() {
    try {
      List<String> lines = Files.readAllLines(log);
      for (int i = lines.size() - 1; i >= 0; i--) {
        if (lines.get(i).startsWith("ERROR")) {
          boolean hasCause = i + 1 < lines.size() && lines.get(i + 1).contains("Exception: ");
          return hasCause ? lines.get(i) + ": " + lines.get(i + 1) : lines.get(i);
        }
      }
      return "its log has no error";
    } catch (IOException ignored) {
      return "it wrote no log";
    }
  }

  private static long seconds(long nanos) {
    return Math.round(nanos / 1e9);
  }
}
