package qiantang.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What an ingest program holds after so many minutes, on Linux.
 *
 * @param messages acknowledged since the beginning
 * @param heapMebibytes alive after a collection
 * @param otherMebibytes memory beside the heap that was asked for directly: Netty's buffers
 * @param files open, sockets included
 * @param cuts connections of good clients that the server ended, since the beginning
 */
record SoakMinute(
    int minute,
    long messages,
    double residentMebibytes,
    double heapMebibytes,
    double otherMebibytes,
    long sessions,
    long threads,
    long files,
    long cuts) {
  static final String HEAD =
      "| minute | acknowledged in it | MiB resident | heap after GC | direct | sessions | threads"
          + " | files | cuts so far |\n|---|---|---|---|---|---|---|---|---|";

  private static final Pattern HEAP = Pattern.compile("(?m)heap\\s.*used (\\d+)K");
  private static final Pattern DIRECT = Pattern.compile("Other \\(reserved=(\\d+)KB");
  private static final Pattern SESSIONS =
      Pattern.compile("(?m)^qiantang_ingest_connections ([0-9.E+]+)$");

  /** Collects the garbage, then looks. */
  static SoakMinute read(int minute, SoakClients load, IngestProgram ingest)
      throws IOException, InterruptedException {
    Program program = ingest.program();
    long messages = 0;
    for (SoakClients.Kind kind : SoakClients.Kind.values()) {
      messages += load.acknowledged(kind);
    }
    program.collectGarbage();
    double heap = found(HEAP, program.ask("GC.heap_info"));
    double direct = found(DIRECT, program.ask("VM.native_memory"));
    URI metrics = URI.create("http://127.0.0.1:" + ingest.httpPort() + "/metrics");
    double sessions;
    try (var in = metrics.toURL().openStream()) {
      sessions = found(SESSIONS, new String(in.readAllBytes(), UTF_8));
    }
    Path process = Path.of("/proc", String.valueOf(ingest.handle().pid()));
    return new SoakMinute(
        minute,
        messages,
        program.residentBytes() / 1048576.0,
        heap / 1024,
        direct / 1024,
        (long) sessions,
        count(process.resolve("task")),
        count(process.resolve("fd")),
        load.cuts());
  }

  String row(long messagesBefore) {
    return "| %d | %,d | %.0f | %.0f | %.0f | %d | %d | %d | %d |"
        .formatted(
            minute,
            messages - messagesBefore,
            residentMebibytes,
            heapMebibytes,
            otherMebibytes,
            sessions,
            threads,
            files,
            cuts);
  }

  private static double found(Pattern pattern, String text) {
    Matcher matcher = pattern.matcher(text);
    return matcher.find() ? Double.parseDouble(matcher.group(1)) : Double.NaN;
  }

  private static long count(Path folder) throws IOException {
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.count();
    }
  }
}
