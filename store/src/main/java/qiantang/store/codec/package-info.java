/**
 * Bytes from records and back: the frame and its entries. Pure functions with a versioned header
 * and a checksum; whatever bytes come in, the outcome is a value, never an exception.
 */
@NullMarked
package qiantang.store.codec;

import org.jspecify.annotations.NullMarked;
