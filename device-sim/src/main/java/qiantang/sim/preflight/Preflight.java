package qiantang.sim.preflight;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import qiantang.sim.outcome.Count;

/** Compares what a load needs with what a machine has. */
public final class Preflight {
  /** Processes that send: each is a JVM; the machine has no use for more. */
  public static final int WORKERS_MAX = 64;

  /** Jars, logs, the API's connections, event loops. */
  private static final long OTHER_FILES = 300;

  /** Of a worker: channel, pipeline, buffers in the kernel's care aside; and the arrays' part. */
  private static final long CONNECTION_BYTES = 4_000;

  /** Its plan: id, seed, model. */
  private static final long DEVICE_BYTES = 400;

  private static final long IN_FLIGHT_BYTES = 24;

  /** Of each process: classes, histograms, collectors' room. */
  private static final long PROCESS_BYTES = 200L << 20;

  /** What a core sends beside a server on the same machine; half of what was measured. */
  private static final double MESSAGES_PER_CORE = 50_000;

  private static final long MEBI = 1L << 20;

  private Preflight() {}

  /** One finding a need, in the order in which a run would meet them. */
  public static List<Finding> check(Demand demand, Machine machine) {
    List<Finding> findings = new ArrayList<>();
    findings.add(files(demand, machine));
    findings.add(ports(demand, machine));
    findings.add(memory(demand, machine));
    findings.add(cores(demand, machine));
    return List.copyOf(findings);
  }

  /** Whether the kernel will let the load in, as far as it tells. */
  public static boolean possible(List<Finding> findings) {
    return findings.stream().noneMatch(finding -> finding.level() == Finding.Level.LACKS);
  }

  private static Finding files(Demand demand, Machine machine) {
    long each = Math.ceilDiv(demand.sockets(), demand.workers()) + OTHER_FILES;
    String need =
        "%d open files in %s%s"
            .formatted(
                each,
                Count.each(demand.workers(), "process"),
                demand.halfOpen() == 0
                    ? ""
                    : ", for %s half open in all".formatted(Count.of(demand.halfOpen(), "socket")));
    if (machine.filesHard() == Machine.UNKNOWN) {
      return new Finding("files", need, "?", Finding.Level.DOUBTFUL, "ulimit -n says how many");
    }
    String have = machine.filesSoft() + " (soft), " + machine.filesHard() + " (hard)";
    if (each <= machine.filesHard()) {
      return new Finding("files", need, have, Finding.Level.FITS, "");
    }
    return new Finding("files", need, have, Finding.Level.LACKS, moreFiles(demand, machine, each));
  }

  /** A shell may raise its own limit up to the hard one alone, and root any. */
  private static String moreFiles(Demand demand, Machine machine, long each) {
    String more =
        "ulimit -n %d, or as root for a shell that may not: prlimit --pid $$ --nofile=%d:%d"
            .formatted(each, each, each);
    long room = machine.filesHard() - OTHER_FILES;
    long workers = room > 0 ? Math.ceilDiv(demand.sockets(), room) : Long.MAX_VALUE;
    return workers > WORKERS_MAX ? more : more + "; or --workers " + workers;
  }

  private static Finding ports(Demand demand, Machine machine) {
    long each = Math.ceilDiv(demand.toOneTarget(), demand.sources());
    String need =
        "%s on %s, to one address of the system"
            .formatted(Count.of(each, "port"), Count.each(demand.sources(), "source address"));
    if (machine.ports() == Machine.UNKNOWN) {
      String remedy = "this system does not say where Linux does; look up its ephemeral ports";
      return new Finding("ports", need, "?", Finding.Level.DOUBTFUL, remedy);
    }
    String have =
        "%d (%d to %d)".formatted(machine.ports(), machine.portFirst(), machine.portLast());
    if (each <= machine.ports()) {
      return new Finding("ports", need, have, Finding.Level.FITS, "");
    }
    return new Finding("ports", need, have, Finding.Level.LACKS, morePorts(demand, machine));
  }

  private static String morePorts(Demand demand, Machine machine) {
    String others =
        "more addresses of the system (--mqtt A,B), or as root: sysctl"
            + " net.ipv4.ip_local_port_range='1024 65535'";
    if (demand.proxied()) {
      return others + "; the proxy of faults.net has one source address";
    }
    long addresses = Math.ceilDiv(demand.toOneTarget(), machine.ports());
    return "--source-addresses with "
        + Count.of(addresses, "address")
        + " of this machine (for a target on it: 127.0.0.2-127.0.0."
        + Math.min(254, addresses + 1)
        + "), or "
        + others;
  }

  /** The coordinator of several workers lays the plan out too, but connects nothing. */
  private static Finding memory(Demand demand, Machine machine) {
    long plan = demand.devices() * DEVICE_BYTES;
    long sending = demand.sockets() * CONNECTION_BYTES + demand.inFlightMax() * IN_FLIGHT_BYTES;
    int processes = demand.workers() == 1 ? 1 : demand.workers() + 1;
    long heap = plan + sending / demand.workers();
    long all = processes * (PROCESS_BYTES + plan) + sending;
    String need =
        "%d MiB of heap in each process, %d MiB in all".formatted(heap / MEBI, all / MEBI);
    String free =
        machine.memoryBytes() == Machine.UNKNOWN ? "?" : machine.memoryBytes() / MEBI + " MiB";
    String have = machine.heapBytes() / MEBI + " MiB of heap, " + free + " free";
    if (heap > machine.heapBytes()) {
      String remedy = "QIANTANG_JAVA_OPTS=-Xmx" + (2 * heap / MEBI + 1) + "m";
      return new Finding("memory", need, have, Finding.Level.DOUBTFUL, remedy);
    }
    if (machine.memoryBytes() != Machine.UNKNOWN && all > machine.memoryBytes()) {
      String remedy = "fewer publishers, gateways instead of direct devices, or another machine";
      return new Finding("memory", need, have, Finding.Level.DOUBTFUL, remedy);
    }
    return new Finding("memory", need, have, Finding.Level.FITS, "");
  }

  private static Finding cores(Demand demand, Machine machine) {
    double cores = demand.messagesPerSecond() / MESSAGES_PER_CORE;
    String need =
        String.format(
            Locale.ROOT,
            "%.2f cores for %s/s",
            cores,
            Count.of(Math.round(demand.messagesPerSecond()), "message"));
    String have = machine.cores() + ", with all else that runs here";
    if (cores <= machine.cores()) {
      return new Finding("cores", need, have, Finding.Level.FITS, "");
    }
    String remedy = "longer periods or gateways; else schedule lag will fail the run";
    return new Finding("cores", need, have, Finding.Level.DOUBTFUL, remedy);
  }
}
