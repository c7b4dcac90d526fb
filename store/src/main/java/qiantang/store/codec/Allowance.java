package qiantang.store.codec;

/**
 * What a body may still ask for while it is decoded. Bytes say how many values follow, and a
 * constant column of a billion values is seven bytes long; so a body is bounded by its cells, and
 * the encoders cut what would go beyond. Bounds are the same on both sides.
 */
final class Allowance {
  /**
   * Cells of one body: a row counts one, a value one, and one more where it has to say its row. A
   * cell is 17 bytes or less when decoded, a text's some 50: tens of MiB at the very worst. A
   * quarter hour of 10 metrics at 100 Hz fits.
   */
  static final int CELLS_MAX = 1 << 20;

  /** Rows of one device in one body; a 1 kHz sensor fills a minute of a lane with 60,000. */
  static final int ROWS_MAX = 1 << 16;

  /** Bytes of texts that one body may hold compressed: 4 MiB, 64 times a part of a chunk. */
  static final int INFLATED_BYTES_MAX = 1 << 22;

  private long cells;
  private int inflatedBytes = INFLATED_BYTES_MAX;

  /**
   * An allowance for a body of so many bytes. One row of very many metrics cannot be cut; its
   * values take a byte each or more, so the body's own length bounds them.
   */
  Allowance(int bodyBytes) {
    cells = Math.max(CELLS_MAX, bodyBytes);
  }

  /** Takes cells for so many things, or says that the bytes are damaged. */
  int cells(long count) {
    if (count < 0 || count > cells) {
      throw new ByteSource.Damaged(count + " cells, where " + cells + " are left");
    }
    cells -= count;
    return (int) count;
  }

  /** Takes bytes for compressed texts; false, and nothing taken, where there are not as many. */
  boolean takesInflated(long bytes) {
    if (bytes < 0 || bytes > inflatedBytes) {
      return false;
    }
    inflatedBytes -= (int) bytes;
    return true;
  }
}
