package qiantang.sim.outcome;

/** Counts in sentences. Pure. */
public final class Count {
  private Count() {}

  /**
   * The number and the noun, such as {@code 1 device} and {@code 2 devices}.
   *
   * @param noun of one, with a plural in s
   */
  public static String of(long number, String noun) {
    return number + " " + noun + (number == 1 ? "" : "s");
  }
}
