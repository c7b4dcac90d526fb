package qiantang.query.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.channel.ChannelOption;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.impl.ConnectionBase;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.HttpException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import qiantang.query.live.LiveStream;

/**
 * One request and its answer, as its virtual thread sees them. Everything of Vert.x is touched on
 * the request's own event loop; the virtual thread waits meanwhile.
 */
final class Exchange {
  /** 1,000 devices with long names take 300 KiB. */
  static final int BODY_BYTES_MAX = 1 << 20;

  // A client that takes or gives no byte for so long is gone.
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  // While a client takes nothing. With hearing of a revocation it is cut 0.2 to 0.5 s after it.
  private static final Duration LOOK_EACH = Duration.ofMillis(200);

  private static final Pattern BROKEN_ESCAPE = Pattern.compile("%(?![0-9A-Fa-f]{2})");
  private static final Set<String> CSV = Set.of("text/csv", "text/*");
  private static final Set<String> NOT_CSV = Set.of(Answer.JSON, "application/*", "*/*");

  private final Context loop;
  private final HttpServerRequest raw;
  private final Request request;
  private final Map<String, String> headers;
  private BooleanSupplier holds = () -> true; // its virtual thread alone
  private final boolean isReadable;
  private final Set<String> accepted;

  /** What became of the body. */
  sealed interface Body {
    /** An object; empty where nothing was sent. */
    record Read(JsonObject json) implements Body {}

    /** Not one we take. */
    record Refused(Answer answer) implements Body {}
  }

  /**
   * Event loop. Stops reading the request until its body is asked for.
   *
   * @param headers for the answer, whatever it is
   */
  Exchange(RoutingContext routing, Map<String, String> headers) {
    loop = routing.vertx().getOrCreateContext();
    raw = routing.request();
    this.headers = headers;
    MultiMap query = MultiMap.caseInsensitiveMultiMap();
    boolean isReadable = true;
    try {
      query = routing.queryParams(UTF_8);
      isReadable = isWhole(raw.query(), query);
    } catch (IllegalArgumentException | HttpException e) {
      isReadable = false; // a percent sign with no digits behind it
    }
    this.isReadable = isReadable;
    accepted =
        routing.parsedHeaders().accept().stream()
            .filter(type -> type.weight() > 0)
            .map(type -> type.component() + "/" + type.subComponent())
            .collect(Collectors.toSet());
    request =
        new Request(
            raw.path() == null ? "" : raw.path(),
            Map.copyOf(routing.pathParams()),
            query,
            Sender.of(raw),
            wantsCsv(routing),
            raw.getHeader("Accept-Encoding"),
            raw.getHeader("If-None-Match"),
            raw.getHeader("Last-Event-ID"),
            raw.getHeader("If-Match"),
            new JsonObject());
    raw.pause();
  }

  /** Whether each percent sign has two digits behind it, and all bytes together are UTF-8. */
  private static boolean isWhole(@Nullable String text, MultiMap decoded) {
    return text == null
        || (!BROKEN_ESCAPE.matcher(text).find()
            && decoded.entries().stream()
                .noneMatch(entry -> (entry.getKey() + entry.getValue()).indexOf('\uFFFD') >= 0));
  }

  Request request() {
    return request;
  }

  /** Whether the query could be decoded; where not, the request has none. */
  boolean isReadable() {
    return isReadable;
  }

  /** Whether the client takes one of these types, or says nothing of types. */
  boolean accepts(List<String> types) {
    return accepted.isEmpty()
        || types.isEmpty()
        || accepted.contains("*/*")
        || types.stream()
            .anyMatch(
                type ->
                    accepted.contains(type)
                        || accepted.contains(type.substring(0, type.indexOf('/')) + "/*"));
  }

  /** Whether a client could take the half of an answer for the whole of it, where we die. */
  boolean endsUnseen() {
    return raw.version() == HttpVersion.HTTP_1_0 && request.wantsCsv();
  }

  /** Names the request in logs and in the audit. */
  String requestId() {
    return headers.getOrDefault(Dispatcher.REQUEST_ID, "");
  }

  HttpMethod method() {
    return raw.method();
  }

  /** Virtual thread. The body as JSON, read within its limit. */
  Body readBody() {
    CompletableFuture<Buffer> whole = new CompletableFuture<>();
    loop.runOnContext(nothing -> collect(whole));
    Buffer bytes;
    try {
      bytes = whole.get(PATIENCE.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      return refused(Problem.TOO_SLOW, "send the whole body within " + PATIENCE.toSeconds() + " s");
    } catch (ExecutionException e) {
      throw new UncheckedIOException(new IOException("the client went away", e));
    } catch (InterruptedException e) {
      throw new UncheckedIOException(interrupted(e));
    }
    if (bytes.length() > BODY_BYTES_MAX) {
      return refused(Problem.BODY_TOO_LARGE, "send at most " + BODY_BYTES_MAX + " bytes at a time");
    }
    if (bytes.length() == 0) {
      return new Body.Read(new JsonObject());
    }
    if (isEncoded(raw.getHeader("Content-Encoding"))) {
      return new Body.Refused(
          Answer.problem(
                  Problem.UNSUPPORTED_MEDIA_TYPE,
                  "send the JSON as it is, without the header 'Content-Encoding'")
              .with("Accept-Encoding", "identity")); // RFC 7694
    }
    return isJson(raw.getHeader("Content-Type"))
        ? JsonBody.read(bytes.getBytes())
        : refused(
            Problem.UNSUPPORTED_MEDIA_TYPE,
            "send JSON with the header 'Content-Type: application/json'");
  }

  /** Event loop. Keeps one byte more than allowed at most; what follows is read and forgotten. */
  private void collect(CompletableFuture<Buffer> whole) {
    Buffer bytes = Buffer.buffer();
    raw.handler(
        piece -> {
          bytes.appendBuffer(
              piece.slice(0, Math.min(piece.length(), BODY_BYTES_MAX + 1 - bytes.length())));
          if (bytes.length() > BODY_BYTES_MAX) {
            whole.complete(bytes);
          }
        });
    raw.endHandler(nothing -> whole.complete(bytes));
    raw.exceptionHandler(whole::completeExceptionally);
    raw.resume();
  }

  private static Body refused(Problem problem, String detail) {
    return new Body.Refused(Answer.problem(problem, detail));
  }

  private static boolean isJson(@Nullable String contentType) {
    return contentType != null && contentType.regionMatches(true, 0, "application/json", 0, 16);
  }

  private static boolean isEncoded(@Nullable String contentEncoding) {
    return contentEncoding != null && !contentEncoding.equalsIgnoreCase("identity");
  }

  private static boolean wantsCsv(RoutingContext routing) {
    // The client's order and weights decide; who does not say gets JSON.
    return routing.parsedHeaders().accept().stream()
        .filter(accepted -> accepted.weight() > 0)
        .map(accepted -> accepted.component() + "/" + accepted.subComponent())
        .filter(type -> CSV.contains(type) || NOT_CSV.contains(type))
        .findFirst()
        .map(CSV::contains)
        .orElse(false);
  }

  /** Virtual thread. Sends the answer, as fast as the client takes it. */
  void send(Answer answer) throws IOException {
    boolean hasBody =
        !raw.method().equals(HttpMethod.HEAD) && answer.status() != 204 && answer.status() != 304;
    if (hasBody && answer.body() instanceof EventBody events) {
      follow(answer, events);
      return;
    }
    try (ResponseStream stream = new ResponseStream(this)) {
      onLoop(
          response -> {
            putHead(answer, response);
            return Future.succeededFuture();
          });
      if (hasBody && Zipped.mayBe(answer) && Zipped.isTaken(request.acceptEncoding())) {
        sendZipped(answer, stream);
      } else if (hasBody) {
        answer.body().writeTo(stream);
      }
      stream.finish();
    }
  }

  /** Virtual thread. Sends the head; events follow by themselves. */
  private void follow(Answer answer, EventBody events) throws IOException {
    EventSender sender = new EventSender(loop, raw.response(), events.stream());
    onLoop(
        response -> {
          putHead(answer, response);
          sender.head();
          return response.write(
              LiveStream.HEAD); // the head is sent with the first byte of the body
        });
    events.open(sender);
  }

  private void sendZipped(Answer answer, ResponseStream stream) throws IOException {
    String etag = answer.headers().get("ETag");
    Zipped.Announcement announcement =
        () ->
            onLoop(
                response -> {
                  response.putHeader("Content-Encoding", "gzip");
                  if (etag != null) {
                    response.putHeader("ETag", Tag.zipped(etag));
                  }
                  return Future.succeededFuture();
                });
    try (Zipped zipped = new Zipped(stream, announcement)) {
      answer.body().writeTo(zipped);
      zipped.finish();
    }
  }

  /** Event loop. Sends a small answer before it returns, in one piece. */
  void sendNow(Answer answer) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      answer.body().writeTo(bytes);
    } catch (IOException e) {
      throw new AssertionError("BUG: memory refused bytes", e);
    }
    putHead(answer, raw.response());
    raw.response().end(Buffer.buffer(bytes.toByteArray()));
  }

  private void putHead(Answer answer, HttpServerResponse response) {
    response.setStatusCode(answer.status());
    headers.forEach(response::putHeader);
    response.putHeader("Content-Type", answer.contentType());
    answer.headers().forEach(response::putHeader);
    if (Zipped.mayBe(answer)) {
      String vary = answer.headers().get("Vary");
      response.putHeader(
          "Vary",
          vary == null || vary.equals("Accept-Encoding")
              ? "Accept-Encoding"
              : vary + ", Accept-Encoding");
    }
    // In HTTP/2 there is no such header: only the stream ends.
    if (answer.status() == Problem.BODY_TOO_LARGE.status() && raw.version() != HttpVersion.HTTP_2) {
      response.putHeader("Connection", "close"); // what is left of it is not worth reading
    }
  }

  /** Virtual thread. Does something to the response on its event loop and waits for its end. */
  void onLoop(ResponseStep step) throws IOException {
    CompletableFuture<@Nullable Void> done = new CompletableFuture<>();
    loop.runOnContext(
        nothing -> {
          try {
            step.take(raw.response())
                .onComplete(
                    value -> done.complete(null), error -> done.completeExceptionally(error));
          } catch (IllegalStateException e) {
            done.completeExceptionally(e); // the response was closed under us
          }
        });
    long deadlineNanos = System.nanoTime() + PATIENCE.toNanos();
    boolean isDone = false;
    while (!isDone) {
      isDone = isDone(done);
      if (!isDone) {
        look();
        if (System.nanoTime() > deadlineNanos) {
          throw new IOException("the client took nothing for " + PATIENCE.toSeconds() + " s");
        }
      }
    }
  }

  private static boolean isDone(CompletableFuture<@Nullable Void> done) throws IOException {
    try {
      done.get(LOOK_EACH.toNanos(), TimeUnit.NANOSECONDS);
      return true;
    } catch (ExecutionException e) {
      throw new IOException("the client went away", e);
    } catch (TimeoutException e) {
      return false;
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  /** Virtual thread. What follows is sent only while this holds: a slow client takes minutes. */
  void onlyWhile(BooleanSupplier condition) {
    holds = condition;
  }

  /** Virtual thread. Cuts the answer where what it was answered by holds no more. */
  void look() throws IOException {
    if (!holds.getAsBoolean()) {
      throw new IOException("what it was answered by was taken back meanwhile");
    }
  }

  /**
   * Any thread. An answer that was begun cannot be taken back: cut, so that nobody believes it.
   * What the kernel still has of it, up to 3 MB for a slow client, is dropped, for it may be cut
   * because the client is not to have it any more.
   */
  void abort() {
    loop.runOnContext(
        nothing -> {
          if (raw.version() != HttpVersion.HTTP_2
              && raw.connection() instanceof ConnectionBase connection
              && connection.channel().isOpen()) {
            connection.channel().config().setOption(ChannelOption.SO_LINGER, 0);
            // At the socket: Vert.x's handlers would first send what they have, which takes as long
            // as the client wants.
            var _ = connection.channel().pipeline().firstContext().close();
          } else {
            raw.response().reset();
          }
        });
  }

  /** Any thread. Reads and forgets what is left of the request, so that the next one is seen. */
  void drain() {
    loop.runOnContext(
        nothing -> {
          if (!raw.isEnded()) {
            raw.resume();
          }
        });
  }

  private static IOException interrupted(InterruptedException e) {
    Thread.currentThread().interrupt();
    return new IOException("the program is stopping", e);
  }

  /** Something done to a response. */
  @FunctionalInterface
  interface ResponseStep {
    /** Does it; the future ends when the client has taken it. */
    Future<Void> take(HttpServerResponse response);
  }
}
