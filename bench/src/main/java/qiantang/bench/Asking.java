package qiantang.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.URLEncoder;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.function.Supplier;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;
import qiantang.bench.FleetQuestions.Question;

/**
 * Asks over HTTP, one question after the other on one connection, and takes the time to the last
 * byte of its last page, or to the first byte of its first. One thread: the answer is parsed and
 * checked when the time is taken.
 */
final class Asking {
  // On 2 cores the compilers of query and Cassandra took a whole one for 30 s of questions, and 0.2
  // to 0.5 for 25 s more, while the median stood still; they never fall silent altogether.
  private static final double COMPILERS_CORES_MAX = 0.1;
  // One round of rest was chance in two runs of five: 0.2 of a core came behind it, and a p99 of 30
  // and 43 ms instead of 20.
  private static final int ROUNDS_OF_REST_MIN = 2;
  private static final long WARM_UP_NANOS_MAX = 240_000_000_000L;
  private static final long ROUND_NANOS = 5_000_000_000L;

  private final String base;
  private final String token;
  private final Until until;
  private final byte[] buffer = new byte[64 * 1024];

  /**
   * How questions of one kind were answered.
   *
   * @param micros of each question
   * @param bytes of all answers
   * @param requests for all of them, pages counted
   */
  record Result(Histogram micros, long bytes, long requests) {
    double millis(double percentile) {
      return micros.getValueAtPercentile(percentile) / 1000.0;
    }
  }

  /** Until when time is taken. */
  enum Until {
    /** The first byte of the body. */
    FIRST_BYTE,
    /** The last byte of all pages. */
    LAST_BYTE
  }

  /** A body, and how long its first byte and all of it took. */
  private record Got(byte[] body, long firstNanos, long lastNanos) {}

  Asking(int port, String token, Until until) {
    base = "http://127.0.0.1:" + port;
    this.token = token;
    this.until = until;
  }

  /**
   * Warms up, then measures; null where there is no such route.
   *
   * @param compilers of the programs that answer
   */
  @Nullable Result run(String kind, int questions, Compilers compilers, Supplier<Question> draw)
      throws IOException {
    if (!isThere(draw.get())) {
      return null;
    }
    warmUp(kind, compilers, draw);
    Result result = ask(asked -> asked < questions, draw);
    System.err.printf(
        "%s: %d questions, p50 %.1f ms, p99 %.1f ms, compilers %.2f of a core%n",
        kind, questions, result.millis(50), result.millis(99), compilers.cores());
    return result;
  }

  /** Until the compilers rest for some rounds on end. */
  private void warmUp(String kind, Compilers compilers, Supplier<Question> draw)
      throws IOException {
    long beganNanos = System.nanoTime();
    long tookNanos;
    int roundsOfRest = 0;
    compilers.cores();
    do {
      long roundNanos = System.nanoTime();
      double median = ask(_ -> System.nanoTime() - roundNanos < ROUND_NANOS, draw).millis(50);
      double cores = compilers.cores();
      roundsOfRest = cores > COMPILERS_CORES_MAX ? 0 : roundsOfRest + 1;
      tookNanos = System.nanoTime() - beganNanos;
      System.err.printf(
          "%s: warming up, %d s, p50 %.1f ms, compilers %.2f of a core%n",
          kind, tookNanos / 1_000_000_000, median, cores);
    } while (roundsOfRest < ROUNDS_OF_REST_MIN && tookNanos < WARM_UP_NANOS_MAX);
  }

  private boolean isThere(Question question) throws IOException {
    HttpURLConnection connection = open(question.path(), question.body());
    if (connection.getResponseCode() != 404) {
      connection.getInputStream().transferTo(ByteArrayOutputStream.nullOutputStream());
      return true;
    }
    return false;
  }

  private Result ask(IntPredicate isMore, Supplier<Question> draw) throws IOException {
    Histogram micros = new Histogram(3);
    long bytes = 0;
    long requests = 0;
    for (int asked = 0; isMore.test(asked); asked++) {
      Question question = draw.get();
      List<JsonObject> pages = new ArrayList<>();
      long nanos = 0;
      for (String path = question.path(); path != null; path = next(question, pages)) {
        Got got = get(path, question.body());
        switch (until) {
          case FIRST_BYTE -> nanos = pages.isEmpty() ? got.firstNanos() : nanos;
          case LAST_BYTE -> nanos += got.lastNanos();
        }
        bytes += got.body().length;
        requests++;
        pages.add(new JsonObject(Buffer.buffer(got.body())));
      }
      micros.recordValue(nanos / 1000);
      question.check(pages);
    }
    return new Result(micros, bytes, requests);
  }

  private static @Nullable String next(Question question, List<JsonObject> pages) {
    String cursor = pages.getLast().getString("next");
    return cursor == null ? null : question.path() + "&cursor=" + URLEncoder.encode(cursor, UTF_8);
  }

  /** The answer to one question, on one page. */
  JsonObject one(String path) throws IOException {
    return new JsonObject(Buffer.buffer(get(path, null).body()));
  }

  /** How long the answer to one question took to its last byte; it is not looked at. */
  long micros(String path) throws IOException {
    return get(path, null).lastNanos() / 1000;
  }

  private Got get(String path, @Nullable JsonObject posted) throws IOException {
    long beganNanos = System.nanoTime();
    HttpURLConnection connection = open(path, posted);
    int status = connection.getResponseCode();
    if (status != 200) {
      throw new IOException("%s is answered %d".formatted(path, status));
    }
    ByteArrayOutputStream body = new ByteArrayOutputStream(buffer.length);
    long firstNanos = 0;
    try (InputStream stream = connection.getInputStream()) {
      for (int read = stream.read(buffer); read >= 0; read = stream.read(buffer)) {
        firstNanos = firstNanos == 0 ? System.nanoTime() - beganNanos : firstNanos;
        body.write(buffer, 0, read);
      }
    }
    return new Got(body.toByteArray(), firstNanos, System.nanoTime() - beganNanos);
  }

  private HttpURLConnection open(String path, @Nullable JsonObject posted) throws IOException {
    HttpURLConnection connection =
        (HttpURLConnection) URI.create(base + path).toURL().openConnection();
    connection.setRequestProperty("Authorization", "Bearer " + token);
    if (posted != null) {
      connection.setRequestProperty("Content-Type", "application/json");
      connection.setDoOutput(true);
      try (OutputStream stream = connection.getOutputStream()) {
        stream.write(posted.toBuffer().getBytes());
      }
    }
    return connection;
  }
}
