package qiantang.query.http;

import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import qiantang.query.auth.Authentication;
import qiantang.query.auth.Authenticator;
import qiantang.query.auth.Caller;
import qiantang.query.auth.Leave;
import qiantang.query.waiting.HeavyReads;
import qiantang.query.waiting.Overloaded;
import qiantang.query.waiting.StoreUnavailable;
import qiantang.store.journal.Ticker;

/**
 * Walks a request through: event loop, virtual thread (who calls, what may he, body, use case),
 * event loop again. On a virtual thread the walk is straight-line code, and waiting for the store
 * holds neither an event loop nor a thread of a pool.
 */
public final class Dispatcher {
  static final String NOTHING_ALLOWED =
      "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

  static final String REQUEST_ID = "X-Request-Id";

  private static final Pattern REQUEST_ID_FORM = Pattern.compile("[A-Za-z0-9._-]{1,64}");
  private static final String RETRY_SECONDS = "2";

  private static final Use TOO_MANY =
      exchange -> overloaded("too many requests are under way: try again");

  private static final Logger logger = LoggerFactory.getLogger(Dispatcher.class);

  private final Authenticator authenticator;
  private final Doorkeeper doorkeeper;
  private final AuditTrail trail;
  private final HeavyReads heavyReads;
  private final Pace pace;
  private final RequestMeter meter;
  private final Executor virtualThreads;
  private final Semaphore underWay;
  private final Ticker ticker;

  /**
   * A dispatcher.
   *
   * @param requestsMax requests under way at once; more are refused
   * @param virtualThreads a new thread for each task
   */
  public Dispatcher(
      Authenticator authenticator,
      Doorkeeper doorkeeper,
      AuditTrail trail,
      HeavyReads heavyReads,
      Pace pace,
      RequestMeter meter,
      Executor virtualThreads,
      int requestsMax,
      Ticker ticker) {
    this.authenticator = authenticator;
    this.doorkeeper = doorkeeper;
    this.trail = trail;
    this.heavyReads = heavyReads;
    this.pace = pace;
    this.meter = meter;
    this.virtualThreads = virtualThreads;
    underWay = new Semaphore(requestsMax);
    this.ticker = ticker;
  }

  /** Event loop. Answers by a route. */
  void handle(RoutingContext routing, Route route) {
    handle(routing, route.path(), exchange -> answer(route, exchange));
  }

  /** Event loop. Answers the same whatever is asked. */
  void handle(RoutingContext routing, String label, Answer answer) {
    handle(routing, label, exchange -> answer);
  }

  /** Event loop. Answers before it returns: Vert.x ends what its error handlers leave open. */
  void answerNow(RoutingContext routing, String label, Answer answer) {
    long beganNanos = ticker.nanos();
    String requestId = requestId(routing.request().getHeader(REQUEST_ID));
    Exchange exchange = new Exchange(routing, headers(routing, requestId));
    exchange.sendNow(answer);
    exchange.drain();
    meter.answered(exchange.method(), label, answer.status(), ticker.nanos() - beganNanos);
  }

  private void handle(RoutingContext routing, String label, Use use) {
    long beganNanos = ticker.nanos();
    String requestId = requestId(routing.request().getHeader(REQUEST_ID));
    Exchange exchange = new Exchange(routing, headers(routing, requestId));
    // Refusing is cheap and takes the same way, so the bound is on those that go on.
    boolean isLet = underWay.tryAcquire();
    try {
      virtualThreads.execute(
          () -> {
            try {
              serve(exchange, isLet ? use : TOO_MANY, label, requestId, beganNanos);
            } finally {
              if (isLet) {
                underWay.release();
              }
            }
          });
    } catch (RejectedExecutionException e) {
      exchange.abort(); // the program is stopping
    }
  }

  /** Virtual thread. */
  private void serve(Exchange exchange, Use use, String label, String requestId, long beganNanos) {
    Answer answer = null;
    try {
      answer = answer(exchange, use, requestId);
      exchange.send(answer);
    } catch (IOException e) {
      logger.debug("request {} was not answered: {}", requestId, e.toString());
    } catch (RuntimeException | Error e) {
      logger.error("BUG: request {} failed while it was answered", requestId, e);
    } finally {
      exchange.drain();
      if (answer != null) {
        answer.release().run();
        meter.answered(exchange.method(), label, answer.status(), ticker.nanos() - beganNanos);
      }
    }
  }

  private Answer answer(Exchange exchange, Use use, String requestId) throws IOException {
    try {
      return use.answer(exchange);
    } catch (StoreUnavailable e) {
      logger.warn("request {}: {}: {}", requestId, e.getMessage(), String.valueOf(e.getCause()));
      return Answer.problem(
              Problem.STORE_UNAVAILABLE,
              "try again; of a request that creates, look first what was created")
          .with("Retry-After", RETRY_SECONDS);
    } catch (UncheckedIOException e) {
      throw e.getCause(); // the client went away while it sent the body
    } catch (RuntimeException | Error e) {
      logger.error("BUG: request {} failed", requestId, e);
      return Answer.problem(Problem.INTERNAL, "report it with the request id " + requestId);
    }
  }

  private Answer answer(Route route, Exchange exchange) {
    if (!exchange.isReadable()) {
      return Answer.problem(
          Problem.INVALID_REQUEST,
          "the query cannot be decoded: write text in UTF-8, and a percent sign as %25");
    }
    if (!exchange.accepts(route.types())) {
      return Answer.problem(
          Problem.NOT_ACCEPTABLE,
          "it is answered as " + route.types() + ": name one of them in the header Accept, or */*");
    }
    if (route.types().contains("text/csv") && exchange.endsUnseen()) {
      return Answer.problem(
          Problem.NOT_ACCEPTABLE,
          "in HTTP/1.0 a table that was cut looks whole: ask by HTTP/1.1 (a proxy of nginx:"
              + " proxy_http_version 1.1), or for application/json");
    }
    return switch (route) {
      case Route.ForAnyone open -> opened(open, exchange);
      case Route.ForCaller called ->
          authenticated(route, exchange, caller -> answer(called, exchange, caller));
      case Route.ForEnterprise owned ->
          authenticated(route, exchange, caller -> answer(owned, exchange, caller));
    };
  }

  /** Whoever tries out links is slowed down; nothing else can be tried out without a token. */
  private Answer opened(Route.ForAnyone route, Exchange exchange) {
    if (!route.method().equals(HttpMethod.POST)) {
      return withBody(exchange, route.use()::answer);
    }
    String address = exchange.request().sender().address();
    Answer refused = pace.refusedAttempt(address);
    if (refused != null) {
      return refused;
    }
    Answer answer = withBody(exchange, route.use()::answer);
    if (answer.status() == Problem.LINK_USED.status()) {
      pace.failed(address);
    }
    return answer;
  }

  private Answer authenticated(Route route, Exchange exchange, Function<Caller, Answer> use) {
    Sender sender = exchange.request().sender();
    // Whoever shares an address with somebody who guesses goes on with a token that opened anything
    // of late, and a page that was left open with a session that is over guesses nothing.
    boolean isNew = authenticator.mayBeGuess(sender.authorization(), sender.cookie());
    Answer refused = isNew ? pace.refusedAttempt(sender.address()) : null;
    if (refused != null) {
      return refused;
    }
    return switch (authenticator.authenticate(sender.authorization(), sender.cookie())) {
      case Authentication.Known known ->
          isForged(exchange)
              ? forged()
              : pace.within(
                  known.caller(),
                  route,
                  () ->
                      Tag.resolve(use.apply(known.caller()), exchange.request(), isSafe(exchange)));
      case Authentication.Unknown unknown -> {
        if (isNew) {
          pace.failed(sender.address());
        }
        if (sender.authorization() != null || sender.cookie() != null) {
          trail.unknown(exchange);
        }
        yield Answer.problem(Problem.UNAUTHORIZED, unknown.advice())
            .with("WWW-Authenticate", "Bearer");
      }
    };
  }

  /**
   * A browser sends its cookie along with whatever another page makes it send. SameSite=Strict
   * forbids that already; this holds where a browser does not know it.
   */
  private static boolean isForged(Exchange exchange) {
    Sender sender = exchange.request().sender();
    return sender.isByCookie()
        && switch (sender.origin()) {
          case OURS -> false;
          case OTHER -> true;
          case UNKNOWN -> !isSafe(exchange);
        };
  }

  private static boolean isSafe(Exchange exchange) {
    return exchange.method().equals(HttpMethod.GET) || exchange.method().equals(HttpMethod.HEAD);
  }

  static Answer forged() {
    return Answer.problem(
        Problem.FOREIGN_PAGE,
        "a browser that is logged in sent this for another page: use a page of this server, or a"
            + " token in the header Authorization");
  }

  private Answer answer(Route.ForCaller route, Exchange exchange, Caller caller) {
    Optional<Answer> refused = refusal(route, caller);
    if (refused.isPresent()) {
      trail.answered(caller, exchange, exchange.request(), refused.get());
      return refused.get();
    }
    return withBody(
        exchange,
        request -> {
          Answer answer = route.use().answer(caller, request);
          trail.answered(caller, exchange, request, answer);
          return answer;
        });
  }

  /** What a caller may not see is not found; what it sees but may not do is forbidden. */
  private static Optional<Answer> refusal(Route.ForCaller route, Caller caller) {
    boolean isAllowed =
        switch (route.role()) {
          case ANY -> true;
          case MEMBER -> caller.isOperator() || caller.isMember();
          case ADMIN -> caller.mayChange();
          case OPERATOR -> caller.isOperator();
        };
    if (isAllowed) {
      return Optional.empty();
    }
    return Optional.of(
        route.method().equals(HttpMethod.GET)
            ? Answer.notFound("thing")
            : Doorkeeper.forbidden(caller));
  }

  private Answer answer(Route.ForEnterprise route, Exchange exchange, Caller caller) {
    return switch (doorkeeper.admit(route, caller, exchange.request())) {
      case Doorkeeper.Verdict.Let let -> audited(route, exchange, caller, let.leave());
      case Doorkeeper.Verdict.Barred barred -> {
        trail.answered(caller, barred.leave(), exchange, barred.answer());
        yield barred.answer();
      }
      // Who was there is written down when it was answered: how long that takes tells nobody
      // whether there is such an enterprise.
      case Doorkeeper.Verdict.Hidden hidden ->
          hidden.answer().releasing(() -> noteStranger(exchange, caller));
    };
  }

  private void noteStranger(Exchange exchange, Caller caller) {
    try {
      doorkeeper.existing(exchange.request()).ifPresent(id -> trail.refused(caller, id, exchange));
    } catch (StoreUnavailable e) {
      logger.debug("who asked for another's is not written down: {}", e.getMessage());
    }
  }

  private Answer audited(Route.ForEnterprise route, Exchange exchange, Caller caller, Leave leave) {
    Answer answer =
        switch (route.weight()) {
          case LIGHT -> withBody(exchange, request -> route.use().answer(leave, request));
          case HEAVY -> heavy(route, exchange, caller, leave);
        };
    try {
      if (answer.body() instanceof EventBody events) {
        trail.beginsToFollow(caller, leave, exchange, answer);
        events.stream().whenClosed(reason -> followed(exchange, caller, leave, answer, reason));
        return answer; // it looks at leave by itself
      }
      trail.answered(caller, leave, exchange, answer);
      exchange.onlyWhile(() -> stillHolds(leave));
      return answer;
    } catch (RuntimeException e) {
      answer.release().run(); // what is not written down is not told
      throw e;
    }
  }

  /** While nobody knows, an enterprise goes on getting what was read for it, and no one else. */
  private static boolean stillHolds(Leave leave) {
    try {
      return leave.stillHolds();
    } catch (StoreUnavailable e) {
      return leave.sight().isWhole();
    }
  }

  /** Any thread. Writes down that a stream has ended. */
  private void followed(
      Exchange exchange, Caller caller, Leave leave, Answer answer, String reason) {
    try {
      virtualThreads.execute(
          () -> {
            try {
              trail.followed(caller, leave, exchange, answer, reason);
            } catch (StoreUnavailable e) {
              logger.warn("the end of a stream is not written down: {}", e.getMessage());
            }
          });
    } catch (RejectedExecutionException e) {
      logger.debug("the program stops: the end of a stream is not written down");
    }
  }

  private Answer heavy(Route.ForEnterprise route, Exchange exchange, Caller caller, Leave leave) {
    Optional<Runnable> entered = heavyReads.enter(caller.tokenId());
    if (entered.isEmpty()) {
      return pace.tooManyReads(heavyReads.perTokenMax());
    }
    Runnable exit = entered.get();
    @Nullable Answer answer = null;
    try {
      answer = withBody(exchange, request -> inTurn(route, leave, request));
      return answer.releasing(exit);
    } finally {
      if (answer == null) {
        exit.run();
      }
    }
  }

  /** What it takes to know the answer; sending it depends on the client and is not waited for. */
  private Answer inTurn(Route.ForEnterprise route, Leave leave, Request request) {
    try {
      return heavyReads.inTurn(leave.by(), () -> route.use().answer(leave, request));
    } catch (Overloaded e) {
      return overloaded(e.getMessage() + ": try again, or ask for less");
    }
  }

  private static Answer withBody(Exchange exchange, Function<Request, Answer> use) {
    Request request = exchange.request();
    HttpMethod method = exchange.method();
    if (!method.equals(HttpMethod.POST) && !method.equals(HttpMethod.PATCH)) {
      return use.apply(request);
    }
    return switch (exchange.readBody()) {
      case Exchange.Body.Read read -> use.apply(request.withBody(read.json()));
      case Exchange.Body.Refused refused -> refused.answer();
    };
  }

  private static Answer overloaded(String advice) {
    return Answer.problem(Problem.OVERLOADED, advice).with("Retry-After", RETRY_SECONDS);
  }

  private static String requestId(@Nullable String given) {
    return given != null && REQUEST_ID_FORM.matcher(given).matches()
        ? given
        : UUID.randomUUID().toString();
  }

  private static Map<String, String> headers(RoutingContext routing, String requestId) {
    Map<String, String> headers = new LinkedHashMap<>();
    headers.put(REQUEST_ID, requestId);
    headers.put("X-Content-Type-Options", "nosniff");
    headers.put("Content-Security-Policy", NOTHING_ALLOWED);
    headers.put("Referrer-Policy", "no-referrer");
    String path = routing.request().path();
    if (path != null && path.startsWith("/v1")) {
      headers.put("Cache-Control", "no-store");
    }
    return headers;
  }

  /** Answers a request, on its virtual thread. */
  @FunctionalInterface
  private interface Use {
    Answer answer(Exchange exchange);
  }
}
