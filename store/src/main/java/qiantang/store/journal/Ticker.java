package qiantang.store.journal;

/** A clock that never jumps: for time-outs, which a stepped wall clock must not touch. */
@FunctionalInterface
public interface Ticker {
  /** Nanoseconds since an arbitrary moment, never less than before. */
  long nanos();
}
