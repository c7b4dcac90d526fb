package qiantang.sim.report;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.util.List;

/** What this process took so far. Any thread. */
final class OwnHealth {
  private final OperatingSystemMXBean system =
      ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);

  /** Collectors that run beside the program stop nothing; their time is in the processor time. */
  private final List<GarbageCollectorMXBean> stopping =
      ManagementFactory.getGarbageCollectorMXBeans().stream()
          .filter(collector -> !collector.getName().contains("Concurrent"))
          .filter(collector -> !collector.getName().endsWith("Cycles"))
          .toList();

  /** Since the process began. */
  Interval.Own soFar() {
    Runtime runtime = Runtime.getRuntime();
    return new Interval.Own(
        Math.max(0, system.getProcessCpuTime()),
        stopping.stream().mapToLong(c -> Math.max(0, c.getCollectionTime())).sum(),
        runtime.totalMemory() - runtime.freeMemory());
  }
}
