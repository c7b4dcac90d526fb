/**
 * Bytes from records and back: the frame and its entries, and the columns of blocks and chunks.
 * Pure functions with a versioned header and a checksum; whatever bytes come in, the outcome is a
 * value, never an exception.
 *
 * <p>Columns, from the outside in: {@link BlockCodec} and {@link ChunkCodec} in an {@code
 * Envelope}, {@code ColumnsCodec} (one device), {@code ColumnCodec} (one metric), {@code
 * RealsCodec} and {@code TextsCodec}, {@code LongsCodec} (everything becomes integers), {@code
 * RunCodec} (128 of them), {@code Bits}.
 */
@NullMarked
package qiantang.store.codec;

import org.jspecify.annotations.NullMarked;
