package qiantang.sim;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import qiantang.sim.api.Devices;
import qiantang.sim.api.Target;
import qiantang.sim.fleet.Seat;
import qiantang.sim.outcome.ExitCode;
import qiantang.sim.outcome.Outcome;
import qiantang.sim.plan.DevicePlan;
import qiantang.sim.plan.Dialect;
import qiantang.sim.plan.EdgeNodePlan;
import qiantang.sim.plan.Plan;
import qiantang.sim.plan.PublisherPlan;
import qiantang.sim.sparkplug.EdgeNode;

/** Makes a plan's devices in the target's enterprises. */
final class Provisioning {

  /** A publisher with its token, and where its samples are read back. */
  record Member(Seat seat, Target.Access access) {}

  private Provisioning() {}

  /** Of a broker that knows no devices: all log in alike, and nothing is read back. */
  static List<Member> none(Plan plan, Target.Broker broker) {
    Target.Access nobody = new Target.Access("", "");
    return plan.publishers().stream()
        .map(publisher -> new Member(new Seat(publisher, broker.user()), nobody))
        .toList();
  }

  /** Answers the members in the order of the plan's publishers. */
  static Outcome<List<Member>> make(Plan plan, Target target, Devices devices) {
    Map<Target.Access, List<PublisherPlan>> byAccess = new LinkedHashMap<>();
    for (PublisherPlan publisher : plan.publishers()) {
      String enterprise = publisher.fleet().enterprise();
      Target.Access access = target.access(enterprise);
      if (access == null) {
        return new Outcome.Failed<>(
            ExitCode.USAGE,
            "cannot find the enterprise "
                + enterprise
                + " of the fleet "
                + publisher.fleet().name()
                + "; the target has "
                + target.enterprises());
      }
      byAccess.computeIfAbsent(access, a -> new ArrayList<>()).add(publisher);
    }
    return inAll(byAccess, plan.publishers().size(), devices);
  }

  /** In all enterprises at once; how much is under way {@link Devices} limits. */
  private static Outcome<List<Member>> inAll(
      Map<Target.Access, List<PublisherPlan>> byAccess, int publishers, Devices devices) {
    Member[] members = new Member[publishers];
    List<Future<Outcome<List<Member>>>> all = new ArrayList<>();
    try (ExecutorService enterprises = Executors.newVirtualThreadPerTaskExecutor()) {
      byAccess.forEach(
          (access, its) -> all.add(enterprises.submit(() -> make(access, its, devices))));
      for (Future<Outcome<List<Member>>> one : all) {
        switch (one.get()) {
          case Outcome.Failed<List<Member>> failed -> {
            enterprises.shutdownNow();
            return failed;
          }
          case Outcome.Done<List<Member>>(List<Member> made) ->
              made.forEach(member -> members[member.seat().plan().index()] = member);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new Outcome.Failed<>(ExitCode.UNREACHABLE, "interrupted while devices were made");
    } catch (ExecutionException e) {
      throw new AssertionError("BUG: the end of making devices is a value", e);
    }
    return new Outcome.Done<>(List.of(members));
  }

  private static Outcome<List<Member>> make(
      Target.Access access, List<PublisherPlan> publishers, Devices devices) {
    List<Devices.Draft> drafts = new ArrayList<>();
    List<Devices.Draft> behindGateways = new ArrayList<>();
    for (PublisherPlan publisher : publishers) {
      boolean gateway = publisher.fleet().gateway();
      String model = publisher.fleet().model().label();
      drafts.add(new Devices.Draft(publisher.id(), gateway, null, gateway ? "gateway" : model));
      if (gateway) {
        for (DevicePlan device : publisher.devices()) {
          behindGateways.add(
              new Devices.Draft(
                  device.id(), name(publisher, device), false, publisher.id(), model));
        }
      }
    }
    behindGateways.addAll(nodes(publishers));
    Outcome<List<String>> made = devices.make(access, drafts);
    // Gateways first: the others name them. Tokens of the others nobody needs.
    if (made instanceof Outcome.Done<List<String>>
        && devices.make(access, behindGateways) instanceof Outcome.Failed<List<String>> failed) {
      return failed.widen();
    }
    return switch (made) {
      case Outcome.Failed<List<String>> failed -> failed.widen();
      case Outcome.Done<List<String>>(List<String> tokens) -> {
        List<Member> members = new ArrayList<>();
        for (int i = 0; i < publishers.size(); i++) {
          members.add(new Member(new Seat(publishers.get(i), tokens.get(i)), access));
        }
        yield new Outcome.Done<>(members);
      }
    };
  }

  /** What its gateway calls a device, where that is not its id. */
  private static @Nullable String name(PublisherPlan publisher, DevicePlan device) {
    return publisher.fleet().dialect() == Dialect.SPARKPLUG
        ? new EdgeNodePlan(publisher).name(device)
        : null;
  }

  /** Edge nodes with devices are devices of their own, which their births name. */
  private static List<Devices.Draft> nodes(List<PublisherPlan> publishers) {
    List<Devices.Draft> nodes = new ArrayList<>();
    for (PublisherPlan publisher : publishers) {
      if (publisher.fleet().gateway() && publisher.fleet().dialect() == Dialect.SPARKPLUG) {
        String name = new EdgeNodePlan(publisher).name();
        nodes.add(new Devices.Draft(EdgeNode.id(name), name, false, publisher.id(), "edge-node"));
      }
    }
    return nodes;
  }
}
