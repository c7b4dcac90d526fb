package qiantang.bench;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;
import qiantang.bench.HeavyQuestions.Question;
import qiantang.store.model.EnterpriseId;

/**
 * Asks in parallel, each asker one question after the other of one kind, as long as it is wanted.
 * Who is refused waits as long as it is told.
 */
final class ParallelAskers implements AutoCloseable {
  private static final int ANSWER_MILLIS_MAX = 120_000;
  private static final int BUFFER_BYTES = 64 * 1024;
  private static final int BUSY = 503;
  private static final int TOO_MANY = 429;

  /** How one kind of question was answered. Any thread. */
  static final class Tally {
    private final Histogram micros = new Histogram(3);
    private final Histogram untaken = new Histogram(3);
    private long bytes;
    private int refused;
    private int busy;
    private int failed;
    private @Nullable String firstFailure;

    private synchronized void answered(long tookNanos, long bodyBytes) {
      micros.recordValue(tookNanos / 1000);
      untaken.recordValue(tookNanos / 1000);
      bytes += bodyBytes;
    }

    private synchronized void refused(int status) {
      refused += status == TOO_MANY ? 1 : 0;
      busy += status == BUSY ? 1 : 0;
    }

    private synchronized void failed(String what) {
      failed++;
      firstFailure = firstFailure == null ? what : firstFailure;
    }

    synchronized long answered() {
      return micros.getTotalCount();
    }

    /** What was since the last call, as microseconds. */
    synchronized Histogram takeMicros() {
      Histogram taken = untaken.copy();
      untaken.reset();
      return taken;
    }

    /** What was until now. */
    synchronized Answers now() {
      return new Answers(
          micros.getTotalCount(),
          micros.getValueAtPercentile(50) / 1000.0,
          micros.getMaxValue() / 1000.0,
          bytes,
          refused,
          busy,
          failed,
          firstFailure);
    }
  }

  /**
   * How one kind of question was answered until some moment.
   *
   * @param answered with 200, so often
   * @param bytes of all answers
   * @param refused with 429
   * @param busy 503, in words
   * @param failed otherwise
   */
  record Answers(
      long answered,
      double p50Millis,
      double maxMillis,
      long bytes,
      int refused,
      int busy,
      int failed,
      @Nullable String firstFailure) {
    JsonObject json() {
      return new JsonObject()
          .put("answered", answered)
          .put("p50Millis", p50Millis)
          .put("maxMillis", maxMillis)
          .put("bytes", bytes)
          .put("refused", refused)
          .put("busy", busy)
          .put("failed", failed)
          .put("firstFailure", firstFailure);
    }

    static Answers of(JsonObject json) {
      return new Answers(
          json.getLong("answered"),
          json.getDouble("p50Millis"),
          json.getDouble("maxMillis"),
          json.getLong("bytes"),
          json.getInteger("refused"),
          json.getInteger("busy"),
          json.getInteger("failed"),
          json.getString("firstFailure"));
    }
  }

  private final String base;
  private final Map<String, Tally> tallies = new LinkedHashMap<>();
  private final List<Thread> threads = new ArrayList<>();

  // Guarded by this.
  private boolean isAsking;
  private boolean isOver;
  private int underWay;

  /**
   * Askers that wait for {@link #ask}.
   *
   * @param tokens of each enterprise; its askers take turns with them
   */
  ParallelAskers(
      int httpPort,
      List<Function<Integer, Question>> questions,
      Map<EnterpriseId, List<String>> tokens,
      int askers) {
    base = "http://127.0.0.1:" + httpPort;
    // Each keeps its connection; else the JDK keeps 5 of them for all.
    System.setProperty("http.maxConnections", String.valueOf(askers));
    for (int i = 0; i < askers; i++) {
      Function<Integer, Question> kind = questions.get(i % questions.size());
      Question first = kind.apply(0);
      List<String> own = tokens.getOrDefault(first.owner(), List.of());
      String token = own.get(i % own.size());
      Tally tally = tallies.computeIfAbsent(first.name(), name -> new Tally());
      int offset = i;
      threads.add(
          Thread.ofPlatform()
              .name("asker-" + i)
              .daemon()
              .start(() -> run(kind, offset, token, tally)));
    }
  }

  /** By the names of what was asked. */
  Map<String, Tally> tallies() {
    return tallies;
  }

  /** All askers ask from now on. */
  synchronized void ask() {
    isAsking = true;
    notifyAll();
  }

  /** Nobody asks anything new; returns when all are answered. */
  synchronized void pause() throws InterruptedException {
    isAsking = false;
    notifyAll();
    while (underWay > 0) {
      wait();
    }
  }

  @Override
  public synchronized void close() {
    isAsking = false;
    isOver = true;
    notifyAll();
  }

  private void run(Function<Integer, Question> kind, int offset, String token, Tally tally) {
    try {
      for (int turn = offset; mayAsk(); turn++) {
        long waitMillis = 0;
        try {
          waitMillis = ask(kind.apply(turn), token, tally);
        } finally {
          answered();
        }
        rest(waitMillis);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private synchronized boolean mayAsk() throws InterruptedException {
    while (!isAsking && !isOver) {
      wait();
    }
    underWay += isOver ? 0 : 1;
    return !isOver;
  }

  private synchronized void answered() {
    underWay--;
    notifyAll();
  }

  /** Waits as long as it was told, or until nobody asks any more. */
  private synchronized void rest(long millis) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
    for (long left = millis; isAsking && left > 0; ) {
      wait(left);
      left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
    }
  }

  /** Asks once; returns how long to wait before the next time. */
  private long ask(Question question, String token, Tally tally) {
    long beganNanos = System.nanoTime();
    try {
      HttpURLConnection connection = send(question, token);
      int status = connection.getResponseCode();
      if (status == 200) {
        long bytes = readAll(connection.getInputStream());
        tally.answered(System.nanoTime() - beganNanos, bytes);
        return 0;
      }
      String words = words(connection);
      if ((status == TOO_MANY || status == BUSY) && !words.isEmpty()) {
        tally.refused(status);
        return TimeUnit.SECONDS.toMillis(
            Math.max(1, connection.getHeaderFieldLong("Retry-After", 1)));
      }
      tally.failed("%s: %d %s".formatted(question.path(), status, words));
    } catch (IOException e) {
      tally.failed("%s: %s".formatted(question.path(), e));
    }
    return 1000;
  }

  private HttpURLConnection send(Question question, String token) throws IOException {
    HttpURLConnection connection =
        (HttpURLConnection) URI.create(base + question.path()).toURL().openConnection();
    connection.setReadTimeout(ANSWER_MILLIS_MAX);
    connection.setRequestProperty("Authorization", "Bearer " + token);
    connection.setRequestProperty("Accept", question.type());
    JsonObject body = question.body();
    if (body != null) {
      connection.setRequestProperty("Content-Type", "application/json");
      connection.setDoOutput(true);
      try (OutputStream stream = connection.getOutputStream()) {
        stream.write(body.toBuffer().getBytes());
      }
    }
    return connection;
  }

  /** A body that is cut fails. */
  private static long readAll(InputStream body) throws IOException {
    byte[] buffer = new byte[BUFFER_BYTES];
    long bytes = 0;
    try (body) {
      for (int read = body.read(buffer); read >= 0; read = body.read(buffer)) {
        bytes += read;
      }
    }
    return bytes;
  }

  /** What the problem says; empty where it says nothing. */
  private static String words(HttpURLConnection connection) throws IOException {
    try (InputStream body = connection.getErrorStream()) {
      return body == null
          ? ""
          : new JsonObject(Buffer.buffer(body.readAllBytes())).getString("detail", "");
    } catch (DecodeException e) {
      return "";
    }
  }
}
