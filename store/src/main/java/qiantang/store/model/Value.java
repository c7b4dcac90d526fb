package qiantang.store.model;

/** The value of one metric at one instant, exactly as the device sent it. */
public sealed interface Value {
  /** True or false. */
  record Bool(boolean value) implements Value {}

  /** A 64-bit integer. */
  record Int(long value) implements Value {}

  /**
   * A double; {@code equals} compares bits, so that NaN equals itself and -0.0 differs from 0.0. A
   * decimal text of up to 15 digits is recovered exactly by the shortest form of the double.
   */
  record Real(double value) implements Value {}

  /** A string of at most {@link #TEXT_BYTES_MAX} bytes of UTF-8. */
  record Text(String value) implements Value {}

  /** A JSON object or array, kept as its text. */
  record Json(String text) implements Value {}

  /** Longest text or JSON value, in bytes of UTF-8 (4 KiB: values are measurements, not files). */
  int TEXT_BYTES_MAX = 4096;
}
