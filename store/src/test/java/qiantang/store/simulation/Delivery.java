package qiantang.store.simulation;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import qiantang.store.model.FrameKey;

/** One time a message was sent to a node, and what became of it. */
final class Delivery implements Comparable<Delivery> {
  /** The microseconds of an arrival hold the number of the delivery, so that a frame names it. */
  static final int COUNT_MAX = 999;

  final int number;
  final Message message;
  final long arrivalMicros;

  /** The judge's moment at which it was sent. */
  long sent;

  /** The judge's moment at which the node acknowledged it; after all moments while it has not. */
  long acknowledged = Long.MAX_VALUE;

  /** Its row, once that is in the tables. */
  @Nullable FrameKey frame;

  /** Its place among the enterprise's entries of that frame. */
  int index;

  /**
   * A delivery.
   *
   * @param number from 1
   * @param arrivalMillis by the clock of the node that took it
   */
  Delivery(int number, Message message, long arrivalMillis) {
    this.number = number;
    this.message = message;
    arrivalMicros = arrivalMillis * 1000 + number;
  }

  /** The number of the delivery that arrived at this moment. */
  static int numberOf(long arrivalMicros) {
    return (int) Math.floorMod(arrivalMicros, 1000L);
  }

  /** Order of arrival: minute, start, lane, sequence, index; both must be stored. */
  @Override
  public int compareTo(Delivery other) {
    FrameKey mine = Objects.requireNonNull(frame);
    FrameKey theirs = Objects.requireNonNull(other.frame);
    int order = Long.compare(mine.partition().minute(), theirs.partition().minute());
    if (order == 0) {
      order = mine.partition().start().id().compareTo(theirs.partition().start().id());
    }
    if (order == 0) {
      order = Integer.compare(mine.partition().lane(), theirs.partition().lane());
    }
    if (order == 0) {
      order = Long.compare(mine.sequence(), theirs.sequence());
    }
    return order != 0 ? order : Integer.compare(index, other.index);
  }

  @Override
  public String toString() {
    return "delivery " + number + (frame == null ? "" : " in " + frame) + " of " + message.values;
  }
}
