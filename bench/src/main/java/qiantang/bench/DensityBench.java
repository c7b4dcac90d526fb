package qiantang.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import qiantang.ingest.net.tls.TlsFiles;
import qiantang.standalone.cassandra.Ports;

/**
 * What an idle connection costs: heap of the server's half, counted over Netty's local transport
 * where files do not limit the number, and resident memory, counted over real sockets whose other
 * ends are in another process.
 */
@Command(
    name = "density",
    description = "Memory of an idle session: over a local transport, over a socket, over TLS.",
    mixinStandardHelpOptions = true,
    showDefaultValues = true)
final class DensityBench implements Callable<Integer> {
  // A collection leaves the heap close to what is alive, so that memory means what is used.
  private static final List<String> TIGHT =
      List.of("-Xmx2g", "-XX:+UseSerialGC", "-XX:MinHeapFreeRatio=5", "-XX:MaxHeapFreeRatio=10");

  /** What a process has in use. */
  private record Memory(long heapBytes, long residentBytes) {}

  private static final Duration SETTLE = Duration.ofSeconds(3);
  private static final int COLLECTIONS = 3;

  @Option(names = "--sessions", description = "Sessions over the local transport.")
  private int sessions = 1_000_000;

  @Option(
      names = "--sockets",
      description = "Connections over sockets; a file each, here and there.")
  private int sockets = 18_000;

  @Option(names = "--enterprises", description = "Enterprises the devices belong to.")
  private int enterprises = 1000;

  @Override
  public Integer call() throws Exception {
    Path folder = Files.createTempDirectory("qiantang-bench-");
    try {
      System.err.printf("%,d sessions over the local transport%n", sessions);
      // A bare pair and a registry of as many devices take about 4 KB a session besides.
      long heapMebibytes = 1024 + sessions * 12L / 1024;
      String heap =
          Program.run(
              List.of("-Xmx" + heapMebibytes + "m"),
              folder.resolve("local.log"),
              LocalSessions.class.getName(),
              String.valueOf(sessions),
              String.valueOf(enterprises));
      System.err.println(heap);
      Memory plain = ofSockets(folder, false);
      System.err.printf("plain: %s%n", plain);
      Memory tls = ofSockets(folder, true);
      System.out.printf(
          "%ndensity %s socket_heap_bytes=%d rss_bytes=%d tls_heap_bytes=%d tls_rss_bytes=%d%n",
          heap, plain.heapBytes(), plain.residentBytes(), tls.heapBytes(), tls.residentBytes());
    } finally {
      Database.deleteTree(folder);
    }
    return 0;
  }

  private Memory ofSockets(Path folder, boolean isTls) throws Exception {
    List<String> tokens = MemoryIngest.drawTokens(sockets, enterprises);
    Path log = folder.resolve("sockets.log");
    if (!isTls) {
      try (IngestProgram ingest = MemoryIngest.start(TIGHT, log, tokens)) {
        return ofSockets(folder, ingest, tokens, ingest.mqttPort(), null);
      }
    }
    TlsFiles files = StormBench.certify(folder.resolve("tls"));
    int port = Ports.free();
    try (IngestProgram ingest = MemoryIngest.start(TIGHT, log, tokens, port, files)) {
      return ofSockets(folder, ingest, tokens, port, files.ca());
    }
  }

  private static Memory ofSockets(
      Path folder, IngestProgram ingest, List<String> tokens, int port, @Nullable Path authority)
      throws Exception {
    // Classes and pools that the first connections bring are not what one more costs.
    List<String> some = tokens.subList(0, Math.min(1000, tokens.size()));
    try (StormFleet first = StormFleet.start(folder, port, some, authority)) {
      var _ = first.begin().join();
    }
    Memory before = settled(ingest.program());
    try (StormFleet all = StormFleet.start(folder, port, tokens, authority)) {
      Homecoming there = all.begin().join();
      if (there.back() < tokens.size()) {
        throw new IllegalStateException("not all have connected: " + there);
      }
      Memory with = settled(ingest.program());
      return new Memory(
          (with.heapBytes() - before.heapBytes()) / tokens.size(),
          (with.residentBytes() - before.residentBytes()) / tokens.size());
    }
  }

  private static Memory settled(Program program) throws IOException, InterruptedException {
    for (int i = 0; i < COLLECTIONS; i++) {
      TimeUnit.NANOSECONDS.sleep(SETTLE.toNanos() / COLLECTIONS);
      program.collectGarbage();
    }
    return new Memory(program.aliveBytes(), program.residentBytes());
  }
}
