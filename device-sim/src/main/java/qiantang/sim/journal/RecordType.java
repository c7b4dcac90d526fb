package qiantang.sim.journal;

import java.util.Arrays;

/** Kinds of records; the numbers are part of the file's format. */
enum RecordType {
  /** What the run is, as JSON: the first record. */
  HEADER(1),
  /** The plan's beginning, in milliseconds since 1970. */
  BEGUN(2),
  /**
   * Nothing that is planned at this time or later has been sent: nanoseconds of the plan. Forced to
   * disk before anything is sent that is planned after the one before.
   */
  RESERVED(3),
  /** How far publishers have come. */
  PROGRESS(4),
  /** The run ended by itself: the ledgers are complete. */
  ENDED(5),
  /**
   * The same, nearer and not forced: as good after the end of the process, and not after that of
   * the machine.
   */
  RESERVED_NEAR(6),
  /** Why the run could not go on, as text: what was sent is known no better than after a kill. */
  STOPPED(7);

  private final int number;

  RecordType(int number) {
    this.number = number;
  }

  int number() {
    return number;
  }

  static boolean isKnown(int number) {
    return Arrays.stream(values()).anyMatch(type -> type.number == number);
  }
}
