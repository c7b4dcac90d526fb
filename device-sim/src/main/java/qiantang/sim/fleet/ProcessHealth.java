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
 */
public record ProcessHealth(long cpuNanos, long gcMillis, long heapBytes) {
  public static final ProcessHealth NONE = new ProcessHealth(0, 0, 0);

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
        runtime.totalMemory() - runtime.freeMemory());
  }

  /** What it took since it had taken that. */
  public ProcessHealth since(ProcessHealth earlier) {
    return new ProcessHealth(cpuNanos - earlier.cpuNanos, gcMillis - earlier.gcMillis, heapBytes);
  }

  /** This stretch and the one right after it as one, with the larger heap. */
  public ProcessHealth plus(ProcessHealth next) {
    return new ProcessHealth(
        cpuNanos + next.cpuNanos, gcMillis + next.gcMillis, Math.max(heapBytes, next.heapBytes));
  }

  /** Processor time by time: 1 is one core, all the time. */
  public double cores(double seconds) {
    return seconds > 0 ? cpuNanos / 1e9 / seconds : 0;
  }

  /** Share of the time that the garbage collector stopped everything. */
  public double gcShare(double seconds) {
    return seconds > 0 ? gcMillis / 1e3 / seconds : 0;
  }
}
