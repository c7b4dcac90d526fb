package qiantang.sim.outcome;

/** Counts in sentences. Pure. */
public final class Count {
  private Count() {}

  /**
   * The number and the noun, such as {@code 1 device} and {@code 2 devices}.
   *
   * @param noun of one, with a plural in s, or in es after an s
   */
  public static String of(long number, String noun) {
    return of(Long.toString(number), noun);
  }

  /**
   * The same of a number that is written already, such as {@code 1} and {@code 1.5 M}; spaces
   * before it, as in a table, stay.
   */
  public static String of(String number, String noun) {
    String end = number.strip().equals("1") ? "" : noun.endsWith("s") ? "es" : "s";
    return number + " " + noun + end;
  }

  /** Of something on each of several, such as {@code each of 2 processes} and {@code 1 process}. */
  public static String each(long number, String noun) {
    return (number == 1 ? "" : "each of ") + of(number, noun);
  }
}
