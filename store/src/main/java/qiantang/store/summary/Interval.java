package qiantang.store.summary;

/** How long an interval is; a day, a week and a month are as long as the calendar has it. */
public sealed interface Interval {
  /**
   * By the clock.
   *
   * @param micros a day is a multiple of it
   */
  record Clock(long micros) implements Interval {
    public Clock {
      if (micros < CLOCK_MICROS_MIN || DAY_MICROS % micros != 0) {
        throw new IllegalArgumentException("cannot cut a day into intervals of " + micros + " us");
      }
    }
  }

  /** Days from midnight to midnight; whole weeks begin on Mondays. */
  record Days(int days) implements Interval {
    public Days {
      if (days < 1 || days > DAYS_MAX) {
        throw new IllegalArgumentException("cannot cut the calendar by " + days + " days");
      }
    }
  }

  /** Calendar months; of several, one begins with each year that they divide. */
  record Months(int months) implements Interval {
    public Months {
      if (months < 1 || months > MONTHS_MAX) {
        throw new IllegalArgumentException("cannot cut the calendar by " + months + " months");
      }
    }
  }

  /** Microseconds of a day of 24 hours. */
  long DAY_MICROS = 86_400_000_000L;

  /** Shortest interval: a millisecond, as finely as most devices tell the time. */
  long CLOCK_MICROS_MIN = 1000;

  /** A century: whoever asks for more means another unit. */
  int DAYS_MAX = 36_525;

  /** A century. */
  int MONTHS_MAX = 1200;
}
