package qiantang.sim.outcome;

/** A value, or why there is none. */
public sealed interface Outcome<T> {

  record Done<T>(T value) implements Outcome<T> {}

  /** The message says what cannot be done, why, and what to do about it. */
  record Failed<T>(ExitCode exitCode, String message) implements Outcome<T> {
    /** The same failure as the outcome of a larger step. */
    public <U> Failed<U> widen() {
      return new Failed<>(exitCode, message);
    }
  }
}
