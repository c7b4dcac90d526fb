package qiantang.store.codec;

/** Bytes as another version of the program would have written them. */
public final class Versions {
  private Versions() {}

  /** The same body, said to be of this version, whole. */
  public static byte[] of(int version, byte[] bytes) {
    ByteSink sink = new ByteSink(bytes.length);
    sink.put(bytes[0]);
    sink.put(version);
    sink.put(bytes, 2, bytes.length - 2 - Integer.BYTES);
    return Envelope.seal(sink);
  }
}
