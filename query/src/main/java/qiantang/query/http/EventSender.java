package qiantang.query.http;

import io.vertx.core.Context;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import java.util.concurrent.atomic.AtomicBoolean;
import qiantang.query.live.LiveStream;

/**
 * Sends a stream as fast as its client takes it. What is not sent waits in the stream, which is
 * bounded, and not in the connection.
 */
final class EventSender {
  // Of what is written and not taken yet; with what the stream holds 64 KiB.
  private static final int WRITE_BYTES_MAX = 16 * 1024;
  private static final int PIECE_BYTES = 8 * 1024;

  private final Context loop;
  private final HttpServerResponse response;
  private final LiveStream stream;
  private final AtomicBoolean isWoken = new AtomicBoolean();

  EventSender(Context loop, HttpServerResponse response, LiveStream stream) {
    this.loop = loop;
    this.response = response;
    this.stream = stream;
  }

  /** Event loop. Begins the body; the head was put. */
  void head() {
    response.setChunked(true);
    response.setWriteQueueMaxSize(WRITE_BYTES_MAX);
    response.closeHandler(nothing -> stream.close());
    response.exceptionHandler(error -> stream.close());
    response.drainHandler(nothing -> pump());
  }

  /** Any thread. Sends from now on whatever there is. */
  void begin() {
    stream.whenClosed(reason -> loop.runOnContext(nothing -> cut()));
    stream.onWake(
        () -> {
          if (isWoken.compareAndSet(false, true)) {
            loop.runOnContext(nothing -> pump());
          }
        });
  }

  /** Event loop. */
  private void pump() {
    isWoken.set(false);
    while (!response.ended() && !response.closed() && !response.writeQueueFull()) {
      byte[] piece = stream.take(PIECE_BYTES);
      if (piece.length > 0) {
        response.write(Buffer.buffer(piece));
      }
      if (stream.isOver()) {
        response.end();
        stream.close();
      } else if (piece.length == 0) {
        return;
      }
    }
  }

  /** Event loop. The stream was given up while the client had not taken all of it. */
  private void cut() {
    if (!response.ended() && !response.closed()) {
      response.reset();
    }
  }
}
