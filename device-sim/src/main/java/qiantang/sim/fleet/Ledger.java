package qiantang.sim.fleet;

import java.util.BitSet;

/**
 * What became of the messages 0, 1, 2, ... of one publisher, in a few bytes: all below a mark are
 * settled, and those above it are bits. Acknowledgements come nearly in order, so the bits above
 * stay as few as messages in flight. Not for threads to share.
 */
public final class Ledger {
  private long settledBelow;
  private final BitSet settledAbove = new BitSet();
  private final BitSet refused = new BitSet();
  private long sent;

  public Ledger() {}

  private Ledger(Ledger from) {
    settledBelow = from.settledBelow;
    settledAbove.or(from.settledAbove);
    refused.or(from.refused);
    sent = from.sent;
  }

  public Ledger copy() {
    return new Ledger(this);
  }

  /** Message n was handed to a socket for the first time; n counts up. */
  public void sent(long n) {
    sent = n + 1;
  }

  public void acked(long n) {
    settle(n);
  }

  public void refused(long n) {
    refused.set(Math.toIntExact(n));
    settle(n);
  }

  /** Messages below this one have been sent at least once. */
  public long sent() {
    return sent;
  }

  public boolean isAcked(long n) {
    return isSettled(n) && !isRefused(n);
  }

  public boolean isRefused(long n) {
    return refused.get(Math.toIntExact(n));
  }

  public long refusedCount() {
    return refused.cardinality();
  }

  public long ackedCount() {
    return settledBelow + settledAbove.cardinality() - refused.cardinality();
  }

  /** All messages below this one are settled. */
  public long settledBelow() {
    return settledBelow;
  }

  public boolean isSettled(long n) {
    return n < settledBelow || settledAbove.get(Math.toIntExact(n - settledBelow));
  }

  private void settle(long n) {
    if (isSettled(n)) {
      throw new AssertionError("BUG: message " + n + " was settled twice");
    }
    if (n == settledBelow && settledAbove.isEmpty()) {
      settledBelow++;
      return;
    }
    settledAbove.set(Math.toIntExact(n - settledBelow));
    int run = settledAbove.nextClearBit(0);
    if (run > 0) {
      settledBelow += run;
      BitSet rest = settledAbove.get(run, settledAbove.length());
      settledAbove.clear();
      settledAbove.or(rest);
    }
  }
}
