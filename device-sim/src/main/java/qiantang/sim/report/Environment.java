package qiantang.sim.report;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a run ran, as far as its figures depend on it. Names neither the host nor its user.
 *
 * @param startedAt ISO 8601, UTC
 * @param versions of the program, as {@code --version} prints them
 * @param limits of the process and the kernel, by name; only those that could be read
 * @param command what runs it again
 */
public record Environment(
    String startedAt,
    int cores,
    String processor,
    long memoryBytes,
    long heapMaxBytes,
    String os,
    String jvm,
    List<String> versions,
    Map<String, String> limits,
    String command) {
  /** The processors of a large machine; what is wanted stands at the beginning. */
  private static final int BYTES_MAX = 8_192;

  private static final Pattern OPEN_FILES = Pattern.compile("(?m)^Max open files +(\\S+) +(\\S+)");
  private static final Pattern PROCESSOR = Pattern.compile("(?m)^model name\\s*: (.*)$");

  /** Of this process. */
  public static Environment here(Instant started, List<String> versions, String command) {
    OperatingSystemMXBean system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
    return new Environment(
        started.truncatedTo(ChronoUnit.SECONDS).toString(),
        Runtime.getRuntime().availableProcessors(),
        found(PROCESSOR, read("/proc/cpuinfo"), "unknown"),
        system.getTotalMemorySize(),
        Runtime.getRuntime().maxMemory(),
        property("os.name") + " " + property("os.version") + " " + property("os.arch"),
        property("java.vm.name") + " " + property("java.vm.version"),
        List.copyOf(versions),
        readLimits(),
        command);
  }

  private static Map<String, String> readLimits() {
    Map<String, String> limits = new LinkedHashMap<>();
    put(limits, "openFiles", found(OPEN_FILES, read("/proc/self/limits"), ""));
    put(limits, "localPorts", read("/proc/sys/net/ipv4/ip_local_port_range"));
    put(limits, "acceptQueue", read("/proc/sys/net/core/somaxconn"));
    return limits;
  }

  private static void put(Map<String, String> limits, String name, String value) {
    String text = value.strip().replaceAll("\\s+", " ");
    if (!text.isEmpty()) {
      limits.put(name, text);
    }
  }

  private static String found(Pattern pattern, String text, String otherwise) {
    Matcher matcher = pattern.matcher(text);
    return matcher.find() ? String.valueOf(matcher.group(1)) : otherwise;
  }

  /**
   * Empty where there is no such file, as on macOS. Read at once: what is left of a file under
   * /proc/sys after a first byte is nothing, which is how {@link Files#readString} reads it.
   */
  private static String read(String file) {
    try (InputStream in = Files.newInputStream(Path.of(file))) {
      return new String(in.readNBytes(BYTES_MAX), StandardCharsets.UTF_8);
    } catch (IOException e) {
      return "";
    }
  }

  private static String property(String name) {
    return System.getProperty(name, "unknown");
  }

  ObjectNode json() {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("startedAt", startedAt).put("cores", cores).put("processor", processor);
    json.put("memoryBytes", memoryBytes).put("heapMaxBytes", heapMaxBytes);
    json.put("os", os).put("jvm", jvm);
    versions.forEach(json.putArray("versions")::add);
    ObjectNode named = json.putObject("limits");
    limits.forEach(named::put);
    return json.put("command", command);
  }
}
