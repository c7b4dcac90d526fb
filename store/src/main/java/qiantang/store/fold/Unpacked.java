package qiantang.store.fold;

/**
 * What a packer has left.
 *
 * @param minute the first that may have data and is not packed; where there is none, the limit
 * @param dueMinute when the span in which it lies can be packed
 */
public record Unpacked(long minute, long dueMinute) {
  /** The older of either. */
  Unpacked min(Unpacked other) {
    return new Unpacked(Math.min(minute, other.minute), Math.min(dueMinute, other.dueMinute));
  }
}
