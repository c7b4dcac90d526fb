package qiantang.bench;

import java.util.Arrays;

/**
 * How the connections of one process came back after they were cut.
 *
 * @param back logged in again
 * @param refused tries that were closed or answered otherwise than with CONNACK 0
 * @param timedOut tries given up after {@link StormClients#PATIENCE}
 * @param lost connections that were back and went again
 * @param halfMillis until half of them were back
 * @param allMillis until the last one was
 */
record Homecoming(
    int back, long refused, long timedOut, long lost, long halfMillis, long allMillis) {
  /** Of a line that {@link #toString} has written. */
  static Homecoming parse(String line) {
    long[] figures = Arrays.stream(line.split(" ", -1)).mapToLong(Long::parseLong).toArray();
    return new Homecoming(
        (int) figures[0], figures[1], figures[2], figures[3], figures[4], figures[5]);
  }

  /** Both together: the times are those of the slower one. */
  Homecoming with(Homecoming other) {
    return new Homecoming(
        back + other.back,
        refused + other.refused,
        timedOut + other.timedOut,
        lost + other.lost,
        Math.max(halfMillis, other.halfMillis),
        Math.max(allMillis, other.allMillis));
  }

  @Override
  public String toString() {
    return "%d %d %d %d %d %d".formatted(back, refused, timedOut, lost, halfMillis, allMillis);
  }
}
