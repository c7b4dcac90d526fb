package qiantang.query.http;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import qiantang.query.auth.Caller;
import qiantang.query.limit.Attempts;
import qiantang.query.limit.Left;
import qiantang.query.limit.Limits;
import qiantang.query.limit.Of;
import qiantang.query.limit.Policy;
import qiantang.query.limit.Refusal;
import qiantang.query.limit.Throttle;
import qiantang.store.journal.Ticker;

/**
 * Lets callers ask within their limits, counts what they are answered, and says what is left. What
 * an answer costs is known when it was sent; so nobody is refused an answer that was begun, but the
 * next one. Virtual threads.
 */
public final class Pace {
  static final String RATE_LIMIT = "RateLimit";
  static final String RATE_LIMIT_POLICY = "RateLimit-Policy";

  private static final String RETRY_AFTER = "Retry-After";
  private static final String HEAVY_READS = "heavy-reads";

  private final Throttle throttle;
  private final Attempts attempts;
  private final RequestMeter meter;
  private final Ticker ticker;

  /** Lets by these, and counts who was not. */
  public Pace(Throttle throttle, Attempts attempts, RequestMeter meter, Ticker ticker) {
    this.throttle = throttle;
    this.attempts = attempts;
    this.meter = meter;
    this.ticker = ticker;
    meter.gauge(
        "qiantang.http.limited", "Tokens whose use of the API is remembered", throttle::kept);
  }

  /** Answers a caller that has something left, else says when it has. */
  Answer within(Caller caller, Route route, Supplier<Answer> use) {
    return switch (throttle.enter(caller)) {
      case Throttle.Decided.Refused(Refusal refusal) -> refused(refusal);
      case Throttle.Decided.Let(Throttle.Visit visit) -> answer(route, visit, use);
    };
  }

  private Answer answer(Route route, Throttle.Visit visit, Supplier<Answer> use) {
    long beganNanos = ticker.nanos();
    @Nullable Answer answer = null;
    try {
      answer = use.get();
    } finally {
      if (isHeavy(route)) {
        visit.use(Policy.WORK, TimeUnit.NANOSECONDS.toMillis(ticker.nanos() - beganNanos));
      }
      // A stream is open for hours and has limits of its own.
      if (answer == null || isLive(route)) {
        visit.end();
      }
    }
    LongSupplier points = answer.points();
    long atOnce = points.getAsLong();
    visit.use(Policy.POINTS, atOnce);
    Answer.Body body = answer.body();
    if (body instanceof EventBody) {
      return told(answer, visit.tightest()); // it is sent as it comes, and not written
    }
    return told(answer, visit.tightest())
        .writing(
            stream -> {
              Counted counted = new Counted(stream, visit, ticker);
              long begunNanos = ticker.nanos();
              try {
                body.writeTo(counted);
              } finally {
                counted.tell();
                visit.use(Policy.POINTS, points.getAsLong() - atOnce);
                if (isHeavy(route)) { // what is read while it is sent costs what it does before
                  long nanos = ticker.nanos() - begunNanos - counted.sendingNanos;
                  visit.use(Policy.WORK, TimeUnit.NANOSECONDS.toMillis(nanos));
                }
              }
            })
        .releasing(visit::end);
  }

  private static boolean isHeavy(Route route) {
    return route instanceof Route.ForEnterprise owned && owned.weight() == Route.Weight.HEAVY;
  }

  private static boolean isLive(Route route) {
    return route instanceof Route.ForEnterprise owned && owned.need() == Route.Need.LIVE;
  }

  /** Says nothing while more than half is left of everything. */
  private static Answer told(Answer answer, @Nullable Left left) {
    return left == null
        ? answer
        : answer
            .with(RATE_LIMIT_POLICY, policy(left.policy(), left.of(), left.limits()))
            .with(
                RATE_LIMIT,
                "\"%s\";r=%d;t=%d"
                    .formatted(name(left.policy(), left.of()), left.left(), left.fullSeconds()));
  }

  /** Why an address must wait before it tries out something new; null where it need not. */
  @Nullable Answer refusedAttempt(String address) {
    Refusal refusal = attempts.exceeded(address);
    return refusal == null ? null : refused(refusal);
  }

  /** Something that was tried out from there opened nothing. */
  void failed(String address) {
    attempts.failed(address);
  }

  /** As many heavy reads of a token are under way as may be. */
  Answer tooManyReads(int perTokenMax) {
    meter.refused(HEAVY_READS, Of.TOKEN.word());
    return tooManyAtOnce(
        Problem.TOO_MANY_READS,
        HEAVY_READS,
        perTokenMax,
        "wait for an answer before asking on: " + perTokenMax + " at once per token",
        1);
  }

  private Answer refused(Refusal refusal) {
    meter.refused(refusal.policy().word(), refusal.of().word());
    String name = name(refusal.policy(), refusal.of());
    Problem problem =
        switch (refusal.of()) {
          case TOKEN, ENTERPRISE -> Problem.RATE_LIMITED;
          case ADDRESS -> Problem.TOO_MANY_ATTEMPTS;
        };
    return Answer.problem(
            problem,
            detail(refusal),
            out -> {
              out.texts("violated-policies", List.of(name))
                  .number("retryAfterSeconds", refusal.retrySeconds());
            })
        .with(RETRY_AFTER, Long.toString(refusal.retrySeconds()))
        .with(RATE_LIMIT_POLICY, policy(refusal.policy(), refusal.of(), refusal.limits()))
        .with(RATE_LIMIT, "\"%s\";r=0;t=%d".formatted(name, refusal.retrySeconds()));
  }

  /** A limit that has no window is reached: so many of a token at a time. */
  static Answer tooManyAtOnce(
      Problem problem, String name, int most, String detail, int retrySeconds) {
    return Answer.problem(
            problem,
            detail,
            out -> {
              out.texts("violated-policies", List.of(name))
                  .number("retryAfterSeconds", retrySeconds);
            })
        .with(RETRY_AFTER, Integer.toString(retrySeconds))
        .with(
            RATE_LIMIT_POLICY, "\"%s\";q=%d;qu=\"%s\"".formatted(name, most, Policy.AT_ONCE.unit()))
        .with(RATE_LIMIT, "\"%s\";r=0;t=%d".formatted(name, retrySeconds));
  }

  private static String name(Policy policy, Of of) {
    return of == Of.ENTERPRISE ? "enterprise-" + policy.word() : policy.word();
  }

  private static String policy(Policy policy, Of of, Limits limits) {
    String item =
        "\"%s\";q=%d;qu=\"%s\""
            .formatted(name(policy, of), new Refusal(policy, of, limits, 0).quota(), policy.unit());
    return policy == Policy.AT_ONCE ? item : item + ";w=" + Limits.WINDOW.toSeconds();
  }

  private static String detail(Refusal refusal) {
    String who =
        switch (refusal.of()) {
          case TOKEN -> "this token";
          case ENTERPRISE -> "all tokens of the enterprise, platform or operators together";
          case ADDRESS -> "whoever comes from this address";
        };
    return "%s may %s %d %s%s: try again in %d s%s"
        .formatted(
            who,
            refusal.of() == Of.ADDRESS ? "try" : "use",
            refusal.quota(),
            switch (refusal.policy()) {
              case REQUESTS -> "requests";
              case POINTS -> "values of samples";
              case BYTES -> "bytes of answers";
              case WORK -> "milliseconds of heavy reads";
              case AT_ONCE -> "requests at once";
              case ATTEMPTS -> "tokens or links that open nothing";
            },
            refusal.policy() == Policy.AT_ONCE ? "" : " within " + Limits.WINDOW.toSeconds() + " s",
            refusal.retrySeconds(),
            advice(refusal.policy()));
  }

  private static String advice(Policy policy) {
    return switch (policy) {
      case REQUESTS -> ", and ask for many devices with one request";
      case POINTS ->
          ", and ask for points=1000 or interval=1h instead of all samples, or for fewer metrics";
      case BYTES -> ", and ask for fewer metrics, for points=1000, interval=1h or text/csv";
      case WORK -> ", and ask for a shorter time, fewer metrics or a smaller limit";
      case AT_ONCE -> ", and wait for an answer before asking on";
      case ATTEMPTS -> ", with a token or link that is valid";
    };
  }

  /** Counts the bytes of a body as they are written. */
  private static final class Counted extends FilterOutputStream {
    // As much as a piece: what is counted lies never further behind than what memory holds.
    private static final int TOLD_EACH_BYTES = 64 * 1024;

    private final Throttle.Visit visit;
    private final Ticker ticker;
    private long untold;
    private long sendingNanos; // in which a slow client was waited for

    Counted(OutputStream stream, Throttle.Visit visit, Ticker ticker) {
      super(stream);
      this.visit = visit;
      this.ticker = ticker;
    }

    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int from, int length) throws IOException {
      long begunNanos = ticker.nanos();
      try {
        out.write(bytes, from, length);
      } finally {
        sendingNanos += ticker.nanos() - begunNanos;
      }
      count(length);
    }

    @Override
    public void flush() throws IOException {
      long begunNanos = ticker.nanos();
      try {
        out.flush();
      } finally {
        sendingNanos += ticker.nanos() - begunNanos;
      }
    }

    private void count(int bytes) {
      untold += bytes;
      if (untold >= TOLD_EACH_BYTES) {
        tell();
      }
    }

    void tell() {
      visit.use(Policy.BYTES, untold);
      untold = 0;
    }
  }
}
