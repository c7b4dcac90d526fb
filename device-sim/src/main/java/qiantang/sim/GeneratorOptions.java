package qiantang.sim;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;
import qiantang.sim.preflight.Preflight;
import qiantang.sim.preflight.SourceAddresses;
import qiantang.sim.wire.Addresses;

/** How the load is made: processes, threads and addresses, for every command that makes one. */
final class GeneratorOptions {
  @Spec(Target.MIXEE)
  private CommandSpec spec = CommandSpec.create();

  @Option(
      names = "--loops",
      paramLabel = "N",
      defaultValue = "1",
      description = "Threads that send, of each process. Default: ${DEFAULT-VALUE}")
  private int loops;

  @Option(
      names = "--workers",
      paramLabel = "N",
      defaultValue = "1",
      description = {
        "Processes that send. Each may have as many connections as open files, often 20,000.",
        "Default: ${DEFAULT-VALUE}, this one"
      })
  private int workers;

  @Option(
      names = "--source-addresses",
      paramLabel = "LIST",
      description = {
        "Addresses of this machine to connect from in turn, such as 10.0.0.5,10.0.0.7-10.0.0.9:",
        "each has about 28,000 connections to one target. 'any' leaves the choice to the machine.",
        "Default: " + SourceAddresses.LOOPBACK_POOL + " for a target on this Linux machine"
      })
  private @Nullable String sources;

  int loops() {
    if (loops < 1) {
      throw new ParameterException(spec.commandLine(), "--loops takes 1 or more, not " + loops);
    }
    return loops;
  }

  int workers() {
    if (workers < 1 || workers > Preflight.WORKERS_MAX) {
      throw new ParameterException(
          spec.commandLine(), "--workers takes 1 to " + Preflight.WORKERS_MAX + ", not " + workers);
    }
    return workers;
  }

  /** Empty where the machine chooses. */
  List<InetAddress> sources(Addresses targets) {
    if (sources == null) {
      boolean linux =
          System.getProperty("os.name", "").toLowerCase(Locale.ROOT).startsWith("linux");
      List<InetAddress> pool = List.of();
      for (InetSocketAddress target : targets.all()) {
        pool = SourceAddresses.byDefault(target, linux);
        if (pool.isEmpty()) {
          break; // one that the loopback pool cannot reach
        }
      }
      return pool;
    }
    try {
      return sources.equals("any") ? List.of() : SourceAddresses.parse(sources);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), "--source-addresses " + e.getMessage(), e);
    }
  }
}
