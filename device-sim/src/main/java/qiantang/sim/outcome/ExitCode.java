package qiantang.sim.outcome;

/** What the process tells its caller; the numbers are part of the command's contract. */
public enum ExitCode {
  OK(0),
  AUDIT_FAILED(1),
  USAGE(2),
  UNREACHABLE(3),
  LIMITS_MISSED(4);

  private final int number;

  ExitCode(int number) {
    this.number = number;
  }

  public int number() {
    return number;
  }
}
