package qiantang.query.http;

import io.vertx.core.http.HttpMethod;
import java.util.List;
import qiantang.query.auth.Caller;
import qiantang.query.auth.Leave;

/** One line of the route table: method, path, who may, and what answers. */
sealed interface Route {
  /** What most are answered as; a problem is JSON too. */
  List<String> JSON = List.of(Answer.JSON, Answer.PROBLEM_JSON);

  List<String> TABLES = List.of(Answer.JSON, Answer.PROBLEM_JSON, "text/csv");
  List<String> EVENTS = List.of("text/event-stream", Answer.JSON, Answer.PROBLEM_JSON);

  HttpMethod method();

  /** With parameters in braces, as OpenAPI writes it; also the label in metrics. */
  String path();

  /** In which forms it can be answered; none where it answers whatever is asked for. */
  default List<String> types() {
    return JSON;
  }

  /** Needs no token. */
  record ForAnyone(HttpMethod method, String path, AnyonesUse use) implements Route {
    /** Pages, files and health checks have one form, and whoever loads one says what it may. */
    @Override
    public List<String> types() {
      return List.of();
    }
  }

  /** Needs a token. */
  record ForCaller(HttpMethod method, String path, Role role, CallersUse use) implements Route {}

  /** Needs a token that may see the enterprise in the path. */
  record ForEnterprise(HttpMethod method, String path, Need need, Weight weight, EnterprisesUse use)
      implements Route {
    @Override
    public List<String> types() {
      if (need == Need.LIVE) {
        return EVENTS;
      }
      // Of whatever has samples in rows a table is made too.
      return path.contains("series") || path.contains("aggregate") ? TABLES : JSON;
    }
  }

  /** Whose token. */
  enum Role {
    /** Anybody's. */
    ANY,
    /** A person's of an enterprise, or an operator's. */
    MEMBER,
    /** An admin's or operator's. */
    ADMIN,
    /** An operator's. */
    OPERATOR
  }

  /** What for. Of what is granted, whoever answers asks {@link Leave#sight()}. */
  enum Need {
    /** To read what concerns the enterprise's own people and operators alone; no grant gives it. */
    READ,
    /** To see devices and how they are; for grantees and applications with the scope read too. */
    LOOK,
    /** To read what devices measured; for the same. */
    DATA,
    /** To follow it live; for grantees, and applications with the scope stream. */
    LIVE,
    /** To look for faults; for the enterprise's applications with the scope diagnose too. */
    DIAGNOSE,
    CHANGE,
    /** To change what an operator alone decides. */
    OPERATE
  }

  /** What it costs. */
  enum Weight {
    /** A few rows, or one device's tail. */
    LIGHT,
    /** A scan of an enterprise's tail, or an answer of any size: so many at once per token. */
    HEAVY
  }

  /** Answers anyone. */
  @FunctionalInterface
  interface AnyonesUse {
    Answer answer(Request request);
  }

  /** Answers a caller. */
  @FunctionalInterface
  interface CallersUse {
    Answer answer(Caller caller, Request request);
  }

  /** Answers whoever has leave for an enterprise. */
  @FunctionalInterface
  interface EnterprisesUse {
    Answer answer(Leave leave, Request request);
  }
}
