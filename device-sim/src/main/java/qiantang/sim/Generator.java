package qiantang.sim;

import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import qiantang.sim.course.Course;
import qiantang.sim.course.Network;
import qiantang.sim.fleet.Fleet;
import qiantang.sim.fleet.FleetOptions;
import qiantang.sim.fleet.Load;
import qiantang.sim.fleet.Seat;
import qiantang.sim.outcome.Count;
import qiantang.sim.outcome.ExitCode;
import qiantang.sim.outcome.FileCause;
import qiantang.sim.outcome.Outcome;
import qiantang.sim.plan.Plan;
import qiantang.sim.plan.Scenario;
import qiantang.sim.preflight.Demand;
import qiantang.sim.preflight.Finding;
import qiantang.sim.preflight.Machine;
import qiantang.sim.preflight.Preflight;
import qiantang.sim.wire.Addresses;
import qiantang.sim.wire.Servers;
import qiantang.sim.worker.Workers;

/**
 * What makes the load of a run.
 *
 * @param loops threads of each process
 * @param workers processes; 1 is this one
 * @param servers to connect to
 * @param sources addresses to connect from; empty where the machine chooses
 * @param err hears what is doubtful, and what workers say
 */
record Generator(
    int loops, int workers, Servers servers, List<InetAddress> sources, PrintWriter err) {

  /** What of this machine is too small, each with the remedy; null if the run may try. */
  @Nullable String unfit(Scenario scenario) {
    Demand demand = demand(scenario);
    Machine machine = Machine.read();
    List<Finding> findings = Preflight.check(demand, machine);
    String narrow = Network.lacks(scenario, workers, machine);
    if (narrow != null) {
      return narrow;
    }
    List<String> lacks =
        findings.stream().filter(finding -> !finding.fits()).map(Finding::text).toList();
    if (Preflight.possible(findings)) {
      lacks.forEach(this::say);
      return null;
    }
    return "cannot make this load on this machine:\n" + String.join("\n", lacks);
  }

  /** What the scenario asks of this machine. */
  Demand demand(Scenario scenario) {
    Addresses plain = servers.plain();
    Servers.Secured secured = servers.secured();
    Demand.Spread spread =
        new Demand.Spread(
            workers,
            sources.size(),
            plain == null ? 0 : plain.all().size(),
            secured == null ? 0 : secured.addresses().all().size());
    return Demand.of(scenario, Course.halfOpenMax(scenario), spread);
  }

  /**
   * Begins to connect all publishers.
   *
   * @param file of the scenario, which workers are sent
   */
  Outcome<Load> connect(String file, Plan plan, List<Seat> seats, FleetOptions options) {
    if (workers == 1) {
      return new Outcome.Done<>(Fleet.connect(plan.runId(), seats, options));
    }
    say("starting " + Count.of(workers, "worker process"));
    try {
      String text = Files.readString(Path.of(file));
      Workers.Source source = new Workers.Source(file, text, plan.runId());
      return Workers.connect(source, seats, options, workers, err);
    } catch (IOException e) {
      return new Outcome.Failed<>(
          ExitCode.USAGE, "cannot read " + file + " again: " + FileCause.of(e));
    }
  }

  private void say(String line) {
    err.println(line);
    err.flush();
  }
}
