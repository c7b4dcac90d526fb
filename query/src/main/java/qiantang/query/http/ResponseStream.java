package qiantang.query.http;

import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.io.OutputStream;

/**
 * The body of an answer as a stream. Writing blocks while the client is slow, so an answer of any
 * size takes one piece of memory: a piece is handed to the event loop, and the next one waits until
 * the socket took it. (The queue's drain handler tells less: that the next piece may be queued.) A
 * body of one piece gets a Content-Length, a longer one is chunked. Virtual threads only.
 */
final class ResponseStream extends OutputStream {
  // Small beside a socket's buffer, large beside the cost of changing threads (about 20 us).
  private static final int PIECE_BYTES = 64 * 1024;

  private final Exchange exchange;
  private byte[] piece = new byte[512];
  private int length;
  private boolean isChunked;
  private boolean isFinished;

  ResponseStream(Exchange exchange) {
    this.exchange = exchange;
  }

  @Override
  public void write(int b) throws IOException {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int count) throws IOException {
    int from = offset;
    int left = count;
    while (left > 0) {
      if (length == PIECE_BYTES) {
        send();
      }
      int now = Math.min(left, PIECE_BYTES - length);
      ensure(length + now);
      System.arraycopy(bytes, from, piece, length, now);
      length += now;
      from += now;
      left -= now;
    }
  }

  /** Sends what is there, without waiting for a whole piece. */
  @Override
  public void flush() throws IOException {
    if (length > 0) {
      send();
    }
  }

  /** The body is whole: sends the rest. */
  void finish() throws IOException {
    if (isChunked) {
      exchange.look();
    }
    Buffer rest = take();
    isFinished = true;
    exchange.onLoop(response -> response.end(rest));
  }

  /** Cuts the answer if it was not finished. */
  @Override
  public void close() {
    if (!isFinished) {
      exchange.abort();
    }
  }

  private void send() throws IOException {
    Buffer full = take();
    boolean isFirst = !isChunked;
    if (!isFirst) {
      exchange.look();
    }
    isChunked = true;
    exchange.onLoop(
        response -> {
          if (isFirst) {
            response.setChunked(true);
          }
          return response.write(full);
        });
  }

  private Buffer take() {
    Buffer taken = Buffer.buffer(length).appendBytes(piece, 0, length);
    length = 0;
    return taken;
  }

  private void ensure(int needed) {
    if (needed > piece.length) {
      byte[] larger = new byte[Math.min(PIECE_BYTES, Math.max(needed, 4 * piece.length))];
      System.arraycopy(piece, 0, larger, 0, length);
      piece = larger;
    }
  }
}
