package qiantang.bench;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.StringTokenizer;
import java.util.regex.Pattern;
import java.util.stream.LongStream;

/**
 * What the compilers of some JVMs use of the processors, from {@code /proc} (proc(5)). A program is
 * warm when they rest: the median of its answers stands still long before, while its slowest
 * hundredth still waits for a processor.
 */
final class Compilers {
  // Names are cut off behind 15 bytes: "C1 CompilerThread0", "C2 CompilerThread0".
  private static final Pattern COMPILER = Pattern.compile("\\(C[12] CompilerThre\\)");
  // What Linux counts in, whatever the kernel's own clock is: sysconf(_SC_CLK_TCK).
  private static final double TICKS_A_SECOND = 100;

  private final List<Path> processes;
  private Map<Path, Long> before;
  private long beforeNanos = System.nanoTime();

  /** Of these processes, and of this one. */
  Compilers(long... pids) throws IOException {
    processes =
        LongStream.concat(LongStream.of(pids), LongStream.of(ProcessHandle.current().pid()))
            .mapToObj(pid -> Path.of("/proc/" + pid + "/task"))
            .toList();
    before = ticks();
  }

  /** Processors that they used since this was last asked: 1 is all of one. */
  double cores() throws IOException {
    Map<Path, Long> now = ticks();
    long nowNanos = System.nanoTime();
    long used = 0;
    for (Map.Entry<Path, Long> thread : now.entrySet()) { // a thread that has nothing to do ends
      used += thread.getValue() - before.getOrDefault(thread.getKey(), 0L);
    }
    double seconds = (nowNanos - beforeNanos) / 1e9;
    before = now;
    beforeNanos = nowNanos;
    return used / TICKS_A_SECOND / seconds;
  }

  private Map<Path, Long> ticks() throws IOException {
    Map<Path, Long> ticks = new HashMap<>();
    for (Path process : processes) {
      try (DirectoryStream<Path> threads = Files.newDirectoryStream(process)) {
        for (Path thread : threads) {
          String stat = stat(thread);
          if (COMPILER.matcher(stat).find()) {
            ticks.put(thread, ticks(stat));
          }
        }
      }
    }
    return ticks;
  }

  /** Empty where the thread has ended meanwhile. */
  private static String stat(Path thread) throws IOException {
    try {
      return Files.readString(thread.resolve("stat"));
    } catch (NoSuchFileException e) {
      return "";
    }
  }

  /** Of user and of kernel: fields 14 and 15, counted behind the name, which may have blanks. */
  private static long ticks(String stat) {
    StringTokenizer fields = new StringTokenizer(stat.substring(stat.lastIndexOf(')') + 1));
    for (int field = 3; field < 14; field++) {
      fields.nextToken();
    }
    return Long.parseLong(fields.nextToken()) + Long.parseLong(fields.nextToken());
  }
}
