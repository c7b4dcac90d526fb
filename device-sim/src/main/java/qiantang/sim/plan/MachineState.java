package qiantang.sim.plan;

import java.util.Locale;

/** What a machine does at an instant; of the time when it is not off, running is what counts. */
public enum MachineState {
  OFF(0),
  IDLE(1),
  SETUP(2),
  RUN(3),
  FAULT(4);

  private final int number;

  MachineState(int number) {
    this.number = number;
  }

  /** Its place among the constants. */
  int number() {
    return number;
  }

  /** The value of the metric {@code state}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
