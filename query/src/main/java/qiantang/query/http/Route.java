package qiantang.query.http;

import io.vertx.core.http.HttpMethod;
import qiantang.query.auth.Caller;
import qiantang.query.auth.Leave;

/** One line of the route table: method, path, who may, and what answers. */
sealed interface Route {
  HttpMethod method();

  /** With parameters in braces, as OpenAPI writes it; also the label in metrics. */
  String path();

  /** Needs no token. */
  record ForAnyone(HttpMethod method, String path, AnyonesUse use) implements Route {}

  /** Needs a token. */
  record ForCaller(HttpMethod method, String path, Role role, CallersUse use) implements Route {}

  /** Needs a token that may see the enterprise in the path. */
  record ForEnterprise(HttpMethod method, String path, Need need, Weight weight, EnterprisesUse use)
      implements Route {}

  /** Whose token. */
  enum Role {
    /** Anybody's. */
    ANY,
    /** An admin's or operator's. */
    ADMIN,
    /** An operator's. */
    OPERATOR
  }

  /** What for. */
  enum Need {
    READ,
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
