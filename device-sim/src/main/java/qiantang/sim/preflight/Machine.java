package qiantang.sim.preflight;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What this machine allows; {@link #UNKNOWN} where it does not tell.
 *
 * @param filesSoft open files of a process, as the shell was given them; a JVM raises it to the
 *     hard limit for itself
 * @param portFirst of the ports that a connection is given, with {@code portLast}
 * @param memoryBytes what is free without pushing anything else out
 * @param heapBytes what the heap of this JVM may become
 */
public record Machine(
    long filesSoft,
    long filesHard,
    long portFirst,
    long portLast,
    long memoryBytes,
    long heapBytes,
    int cores) {
  public static final long UNKNOWN = -1;

  private static final long KIBI = 1_024;

  /** /proc/meminfo, the longest, has 1.5 KB. */
  private static final int BYTES_MAX = 1 << 14;

  private static final Pattern FILES = Pattern.compile("Max open files +(\\w+) +(\\w+)");
  private static final Pattern AVAILABLE = Pattern.compile("MemAvailable: +(\\d+) kB");
  private static final Pattern PORTS = Pattern.compile("(\\d+)\\s+(\\d+)");

  /** Looks at /proc (proc(5)) and at the JVM. */
  public static Machine read() {
    return of(
        text("/proc/self/limits"),
        text("/proc/sys/net/ipv4/ip_local_port_range"),
        text("/proc/meminfo"),
        Runtime.getRuntime().maxMemory(),
        Runtime.getRuntime().availableProcessors());
  }

  static Machine of(String limits, String ports, String memory, long heapBytes, int cores) {
    long available = number(AVAILABLE.matcher(memory), 1);
    return new Machine(
        number(FILES.matcher(limits), 1),
        number(FILES.matcher(limits), 2),
        number(PORTS.matcher(ports), 1),
        number(PORTS.matcher(ports), 2),
        available == UNKNOWN ? UNKNOWN : available * KIBI,
        heapBytes,
        cores);
  }

  long ports() {
    return portFirst == UNKNOWN ? UNKNOWN : portLast - portFirst + 1;
  }

  private static long number(Matcher matcher, int group) {
    if (!matcher.find()) {
      return UNKNOWN;
    }
    String text = matcher.group(group);
    return "unlimited".equals(text) ? Long.MAX_VALUE : Long.parseLong(text);
  }

  /**
   * All with one read: a file under /proc/sys has nothing after the first one, and {@link
   * Files#readString} begins with a read of one byte, so that it found one digit of the ports.
   */
  private static String text(String file) {
    try (InputStream in = Files.newInputStream(Path.of(file))) {
      return new String(in.readNBytes(BYTES_MAX), StandardCharsets.UTF_8);
    } catch (IOException e) {
      return ""; // no Linux
    }
  }
}
