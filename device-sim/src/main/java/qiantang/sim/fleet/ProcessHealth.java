package qiantang.sim.fleet;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.util.List;

/**
 * What a process of the simulator took.
 *
 * @param cpuNanos processor time of all its threads
 * @param gcMillis in which all its threads stood still for the garbage collector
 * @param heapBytes in use at the end
 * @param tookNanos by its own clock, so that it matters not when somebody hears of it; 0 where
 *     nothing is known yet
 */
public record ProcessHealth(long cpuNanos, long gcMillis, long heapBytes, long tookNanos) {
  public static final ProcessHealth NONE = new ProcessHealth(0, 0, 0, 0);

  private static final long ORIGIN_NANOS = System.nanoTime() - 1;

  private static final OperatingSystemMXBean SYSTEM =
      ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);

  /** Collectors that run beside the program stop nothing; their time is in the processor time. */
  private static final List<GarbageCollectorMXBean> STOPPING =
      ManagementFactory.getGarbageCollectorMXBeans().stream()
          .filter(collector -> !collector.getName().contains("Concurrent"))
          .filter(collector -> !collector.getName().endsWith("Cycles"))
          .toList();

  /** This process since it began. */
  public static ProcessHealth here() {
    Runtime runtime = Runtime.getRuntime();
    return new ProcessHealth(
        Math.max(0, SYSTEM.getProcessCpuTime()),
        STOPPING.stream().mapToLong(c -> Math.max(0, c.getCollectionTime())).sum(),
        runtime.totalMemory() - runtime.freeMemory(),
        System.nanoTime() - ORIGIN_NANOS);
  }

  /** What it took since it had taken that. */
  public ProcessHealth since(ProcessHealth earlier) {
    return new ProcessHealth(
        cpuNanos - earlier.cpuNanos,
        gcMillis - earlier.gcMillis,
        heapBytes,
        tookNanos - earlier.tookNanos);
  }

  /** This stretch and the one right after it as one, with the larger heap. */
  public ProcessHealth plus(ProcessHealth next) {
    return new ProcessHealth(
        cpuNanos + next.cpuNanos,
        gcMillis + next.gcMillis,
        Math.max(heapBytes, next.heapBytes),
        tookNanos + next.tookNanos);
  }

  /** Processor time by time: 1 is one core, all the time. */
  public double cores() {
    return tookNanos > 0 ? (double) cpuNanos / tookNanos : 0;
  }

  /** Share of the time that the garbage collector stopped everything. */
  public double gcShare() {
    return tookNanos > 0 ? gcMillis * 1e6 / tookNanos : 0;
  }
}
