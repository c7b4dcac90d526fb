package qiantang.query.http;

import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Event loop. Says what is wrong with what is no request: Vert.x by itself says a number. */
public final class Undecodable {
  private Undecodable() {}

  /**
   * Answers, and closes: where the next request begins nobody knows.
   *
   * @param bytesMax of a first line, and of all headers together
   */
  public static void answer(HttpServerRequest raw, int bytesMax) {
    Answer answer = answer(raw.decoderResult().cause(), bytesMax);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      answer.body().writeTo(bytes);
    } catch (IOException e) {
      throw new AssertionError("BUG: memory refused bytes", e);
    }
    raw.response()
        .setStatusCode(answer.status())
        .putHeader("Content-Type", answer.contentType())
        .putHeader("Cache-Control", "no-store")
        .putHeader("X-Content-Type-Options", "nosniff")
        .putHeader("Connection", "close")
        .end(Buffer.buffer(bytes.toByteArray()))
        .onComplete(done -> raw.connection().close());
  }

  private static Answer answer(@Nullable Throwable cause, int bytesMax) {
    return switch (cause) {
      case TooLongHttpLineException _ ->
          Answer.problem(
              Problem.URI_TOO_LONG,
              "path and query may have " + bytesMax + " bytes together: name fewer things at once");
      case TooLongHttpHeaderException _ ->
          Answer.problem(
              Problem.HEADERS_TOO_LARGE,
              "headers may have " + bytesMax + " bytes together: send fewer, or fewer cookies");
      case null, default ->
          Answer.problem(Problem.INVALID_REQUEST, "the request cannot be read as HTTP");
    };
  }
}
