package qiantang.ingest.fuzz;

import org.jspecify.annotations.Nullable;

/** A decoder under fuzzing. One thread. */
public interface Target {
  /** An input: well formed, then changed as often as not. */
  byte[] make(Dice dice);

  /**
   * Decodes an input; whatever is thrown is a failure.
   *
   * @param cut 0 for all at once; else how the stream is split: 1 at every byte, others at random
   * @return what came of it, the same however it was split
   */
  String run(byte[] input, int cut);

  /** How another decoder's result differs where it must not; null where it does not. */
  default @Nullable String difference(byte[] input, String ours) {
    return null;
  }

  /** Whether inputs are streams, which may be split. */
  boolean isStream();

  /** Most bytes that decoding an input may allocate, beside {@link #bytesPerByte} each. */
  long bytesMax();

  /** Most bytes allocated for each byte of input. */
  long bytesPerByte();
}
