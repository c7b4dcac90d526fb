package qiantang.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.HdrHistogram.Histogram;

/**
 * One measured stretch of a load.
 *
 * @param perSecond acknowledgements a second
 * @param latencyMicros send to acknowledgement
 * @param coresByProcess processor seconds per second of each process
 * @param residentMebibytes memory of each process at the end, NaN where the system does not tell
 */
record Measurement(
    double perSecond,
    Histogram latencyMicros,
    Map<String, Double> coresByProcess,
    Map<String, Double> residentMebibytes) {

  /** Lets the load warm up, then measures it; says how far it is on standard error. */
  static Measurement of(
      String name,
      Duration warmUp,
      Duration length,
      LongSupplier acknowledged,
      Supplier<Histogram> takeLatency,
      Map<String, ProcessHandle> processes)
      throws InterruptedException {
    sleep(name + ": warming up", warmUp, acknowledged, takeLatency);
    Map<String, Duration> before = cpu(processes);
    long count = acknowledged.getAsLong();
    long began = System.nanoTime();
    Histogram latency = sleep(name + ": measuring", length, acknowledged, takeLatency);
    double seconds = (System.nanoTime() - began) / 1e9;
    double perSecond = (acknowledged.getAsLong() - count) / seconds;
    Map<String, Double> cores = new LinkedHashMap<>();
    cpu(processes)
        .forEach(
            (process, after) ->
                cores.put(
                    process,
                    after.minus(before.getOrDefault(process, Duration.ZERO)).toNanos()
                        / 1e9
                        / seconds));
    Map<String, Double> resident = new LinkedHashMap<>();
    processes.forEach((process, handle) -> resident.put(process, residentMebibytes(handle)));
    return new Measurement(perSecond, latency, cores, resident);
  }

  double millis(double percentile) {
    return latencyMicros.getValueAtPercentile(percentile) / 1000.0;
  }

  /** Says how it goes every 2 s; returns the latencies of the whole stretch. */
  private static Histogram sleep(
      String what, Duration length, LongSupplier acknowledged, Supplier<Histogram> takeLatency)
      throws InterruptedException {
    Histogram whole = takeLatency.get().copy();
    whole.reset(); // what was recorded before
    long end = System.nanoTime() + length.toNanos();
    long before = acknowledged.getAsLong();
    while (System.nanoTime() < end) {
      long step = Math.min(2_000_000_000L, Math.max(1, end - System.nanoTime()));
      Thread.sleep(Duration.ofNanos(step));
      long now = acknowledged.getAsLong();
      Histogram part = takeLatency.get();
      whole.add(part);
      System.err.printf(
          "%s, %d s left, %,.0f/s, p99 %.0f ms%n",
          what,
          Math.max(0, end - System.nanoTime()) / 1_000_000_000L,
          (now - before) * 1e9 / step,
          part.getValueAtPercentile(99) / 1000.0);
      before = now;
    }
    return whole;
  }

  private static Map<String, Duration> cpu(Map<String, ProcessHandle> processes) {
    Map<String, Duration> cpu = new LinkedHashMap<>();
    processes.forEach(
        (name, process) -> cpu.put(name, process.info().totalCpuDuration().orElse(Duration.ZERO)));
    return cpu;
  }

  private static double residentMebibytes(ProcessHandle process) {
    try {
      return Files.readAllLines(Path.of("/proc/" + process.pid() + "/status")).stream()
          .filter(line -> line.startsWith("VmRSS:"))
          .mapToDouble(line -> Double.parseDouble(line.replaceAll("[^0-9]", "")) / 1024)
          .findFirst()
          .orElse(Double.NaN);
    } catch (IOException e) {
      return Double.NaN; // not Linux
    }
  }
}
