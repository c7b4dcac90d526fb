package qiantang.sim.outcome;

/**
 * What the process tells its caller; the numbers are part of the commands' contract, so that a
 * pipeline can tell lost data from a slow generator.
 */
public enum ExitCode {
  OK(0),
  /** A threshold does not hold. */
  LIMITS_MISSED(1),
  /** Data is lost, changed, double or foreign. */
  AUDIT_FAILED(2),
  /** The generator, not the system, was the bottleneck. */
  GENERATOR_LIMITED(3),
  /** The scenario, a file or an option is wrong. */
  USAGE(4),
  UNREACHABLE(5);

  private final int number;

  ExitCode(int number) {
    this.number = number;
  }

  public int number() {
    return number;
  }
}
