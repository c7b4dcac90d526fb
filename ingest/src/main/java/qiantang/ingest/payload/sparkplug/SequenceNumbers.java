package qiantang.ingest.payload.sparkplug;

import org.jspecify.annotations.Nullable;

/**
 * The sequence numbers of one edge node: which of them are missing, and of how many it is known
 * that we refused the message before its number could be read. Such a message is told as refused
 * already; so of n missing numbers with k refused messages between the two that came, n - k are
 * lost. Event loop only.
 */
final class SequenceNumbers {
  /** Numbers go from 0 to this and begin again. [tck-id-payloads-sequence-num-incrementing] */
  static final int MASK = 255;

  private int last = -1;

  // Since the last number that came, each at most MASK: no gap is larger.
  private int unread;
  private int ofAny;

  /**
   * What one message's number shows.
   *
   * @param missing numbers between this one and the last; 256 more than that may be missing, for
   *     the number wraps
   * @param refused how many of them are explained by messages of this node that were refused
   * @param ofAny how many more are explained by messages whose topic named no node
   */
  record Gap(int missing, int refused, int ofAny) {
    static final Gap NONE = new Gap(0, 0, 0);

    int lost() {
      return missing - refused - ofAny;
    }
  }

  /**
   * A message came. One without a number counts as 0 where 0 is due, or may be, for some encoders
   * leave zeros out; elsewhere it is not counted: a node that never sends one loses nothing.
   *
   * @param isRepeat whether the message may have come before (DUP=1)
   */
  Gap came(@Nullable Long sent, boolean isRepeat) {
    int due = (last + 1) & MASK;
    int got = sent == null ? 0 : (int) (sent & MASK);
    int missing = (got - due) & MASK;
    if (last < 0) {
      if (sent != null) {
        begin(got);
      }
      return Gap.NONE;
    }
    boolean isUncounted = sent == null && missing > unread + ofAny;
    if (isUncounted || (isRepeat && got == last)) {
      return Gap.NONE;
    }
    int refused = Math.min(missing, unread);
    Gap gap = new Gap(missing, refused, Math.min(missing - refused, ofAny));
    begin(got);
    return gap;
  }

  /** From here on numbers are counted: what was before is past. */
  void begin(int number) {
    last = number & MASK;
    unread = 0;
    ofAny = 0;
  }

  /** The next number that comes is the first. */
  void forget() {
    begin(0);
    last = -1;
  }

  /** A message of this node was refused with its number unread. */
  void refused() {
    unread = Math.min(unread + 1, MASK);
  }

  /** A message was refused that may have been this node's or another's. */
  void refusedOfAny() {
    ofAny = Math.min(ofAny + 1, MASK);
  }

  /** So many of the latter were another node's. */
  void wereOfAnother(int messages) {
    ofAny = Math.max(0, ofAny - messages);
  }
}
