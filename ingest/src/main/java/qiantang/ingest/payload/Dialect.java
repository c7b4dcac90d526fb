package qiantang.ingest.payload;

/** How the messages of one topic are written. */
@FunctionalInterface
public interface Dialect {
  /** Takes a message apart. Pure but for the publisher's {@link SubDevices}. */
  Decoded decode(Message message);
}
