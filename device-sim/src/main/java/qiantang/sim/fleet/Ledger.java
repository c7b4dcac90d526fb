package qiantang.sim.fleet;

import java.nio.ByteBuffer;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/**
 * What became of the messages 0, 1, 2, ... of one publisher, in a few bytes: all below a mark are
 * settled, and those above it are bits. Acknowledgements come nearly in order, so the bits above
 * stay as few as messages in flight. What went with QoS 0 is never settled: it was sent, and nobody
 * will say more. Not for threads to share.
 */
public final class Ledger {
  private long settledBelow;
  private long sent;

  // Null while nothing is in them: of a hundred thousand publishers few have any.
  private @Nullable BitSet settledAbove;
  private @Nullable BitSet refused;

  public Ledger() {}

  private Ledger(Ledger from) {
    settledBelow = from.settledBelow;
    settledAbove = copy(from.settledAbove);
    refused = copy(from.refused);
    sent = from.sent;
  }

  public Ledger copy() {
    return new Ledger(this);
  }

  /** Message n was handed to a socket for the first time; n counts up. */
  public void sent(long n) {
    sent = n + 1;
  }

  /** Message n will never be sent, and nobody will ask for it. */
  void skip(long n) {
    sent(n);
    settle(n);
  }

  public void acked(long n) {
    settle(n);
  }

  public void refused(long n) {
    BitSet bits = refused == null ? new BitSet() : refused;
    refused = bits;
    bits.set(Math.toIntExact(n));
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
    return refused != null && refused.get(Math.toIntExact(n));
  }

  public long refusedCount() {
    return refused == null ? 0 : refused.cardinality();
  }

  public long ackedCount() {
    long above = settledAbove == null ? 0 : settledAbove.cardinality();
    return settledBelow + above - refusedCount();
  }

  /** All messages below this one are settled. */
  public long settledBelow() {
    return settledBelow;
  }

  /** From this one on nothing is settled. */
  public long settledEnd() {
    return settledBelow + (settledAbove == null ? 0 : settledAbove.length());
  }

  public boolean isSettled(long n) {
    return n < settledBelow
        || (settledAbove != null && settledAbove.get(Math.toIntExact(n - settledBelow)));
  }

  private void settle(long n) {
    if (isSettled(n)) {
      throw new AssertionError("BUG: message " + n + " was settled twice");
    }
    if (settledAbove == null) {
      if (n == settledBelow) {
        settledBelow++;
        return;
      }
      settledAbove = new BitSet();
    }
    BitSet above = settledAbove;
    above.set(Math.toIntExact(n - settledBelow));
    int run = above.nextClearBit(0);
    if (run > 0) {
      settledBelow += run;
      settledAbove = run == above.length() ? null : above.get(run, above.length());
    }
  }

  /** The whole ledger, mostly in 24 bytes: two marks, then both sets of bits with their lengths. */
  public byte[] toBytes() {
    byte[] above = settledAbove == null ? new byte[0] : settledAbove.toByteArray();
    byte[] no = refused == null ? new byte[0] : refused.toByteArray();
    return ByteBuffer.allocate(2 * Long.BYTES + 2 * Integer.BYTES + above.length + no.length)
        .putLong(settledBelow)
        .putLong(sent)
        .putInt(above.length)
        .put(above)
        .putInt(no.length)
        .put(no)
        .array();
  }

  /** What {@link #toBytes} wrote. */
  public static Ledger fromBytes(byte[] bytes) {
    ByteBuffer in = ByteBuffer.wrap(bytes);
    Ledger ledger = new Ledger();
    ledger.settledBelow = in.getLong();
    ledger.sent = in.getLong();
    ledger.settledAbove = bits(in);
    ledger.refused = bits(in);
    return ledger;
  }

  private static @Nullable BitSet bits(ByteBuffer in) {
    byte[] bytes = new byte[in.getInt()];
    in.get(bytes);
    return bytes.length == 0 ? null : BitSet.valueOf(bytes);
  }

  private static @Nullable BitSet copy(@Nullable BitSet bits) {
    return bits == null ? null : (BitSet) bits.clone();
  }
}
