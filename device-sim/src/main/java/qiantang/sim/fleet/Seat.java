package qiantang.sim.fleet;

import qiantang.sim.plan.PublisherPlan;

/** A planned publisher and the token it logs in with. */
public record Seat(PublisherPlan plan, String token) {

  /** Leaves the token out. */
  @Override
  public String toString() {
    return plan.id();
  }
}
