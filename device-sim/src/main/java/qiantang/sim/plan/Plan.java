package qiantang.sim.plan;

import java.util.ArrayList;
import java.util.List;

/** All publishers of a run. The same scenario and run id give the same plan, byte for byte. */
public record Plan(String runId, List<PublisherPlan> publishers) {

  /**
   * Lays the fleets of a scenario out as publishers.
   *
   * @param runId in every device's id, so that two runs against one system never share a device
   */
  public static Plan of(Scenario scenario, String runId) {
    List<PublisherPlan> publishers = new ArrayList<>();
    LoadCurve load = LoadCurve.of(scenario.phases());
    for (FleetSpec fleet : scenario.fleets()) {
      for (int number = 0; number < fleet.count(); number++) {
        int index = publishers.size();
        String id = runId + "-" + fleet.name() + "-" + number;
        long seed = Mix.bits(scenario.seed(), index);
        List<DevicePlan> devices = devices(fleet, id, seed);
        publishers.add(PublisherPlan.of(fleet, index, id, seed, devices, scenario, load));
      }
    }
    return new Plan(runId, List.copyOf(publishers));
  }

  /**
   * One publisher of a fleet that never ends; its devices exist already.
   *
   * @param ageMillis for how long they have run when the plan begins
   */
  public static PublisherPlan endless(
      FleetSpec fleet, int index, String id, List<String> subDevices, long seed, long ageMillis) {
    List<DevicePlan> devices = new ArrayList<>();
    for (String device : fleet.gateway() ? subDevices : List.of(id)) {
      long ofDevice = Mix.bits(seed, devices.size());
      devices.add(DevicePlan.of(device, ofDevice, fleet.model()).aged(ageMillis));
    }
    return PublisherPlan.endless(fleet, index, id, seed, List.copyOf(devices));
  }

  /** What two runs of one scenario and seed have in common; takes a second. */
  public PlanDigest digest() {
    return PlanDigest.of(this);
  }

  public long messages() {
    return publishers.stream().mapToLong(PublisherPlan::messages).sum();
  }

  public int devices() {
    return publishers.stream().mapToInt(publisher -> publisher.devices().size()).sum();
  }

  private static List<DevicePlan> devices(FleetSpec fleet, String id, long seed) {
    if (!fleet.gateway()) {
      return List.of(DevicePlan.of(id, seed, fleet.model()));
    }
    List<DevicePlan> devices = new ArrayList<>();
    for (int number = 0; number < fleet.subDevices(); number++) {
      long deviceSeed = Mix.bits(seed, number);
      devices.add(
          switch (fleet.dialect()) {
            case THINGSBOARD -> DevicePlan.of(id + "." + number, deviceSeed, fleet.model());
            case SPARKPLUG ->
                DevicePlan.of(EdgeNodePlan.node(id), "" + number, deviceSeed, fleet.model());
          });
    }
    return List.copyOf(devices);
  }
}
