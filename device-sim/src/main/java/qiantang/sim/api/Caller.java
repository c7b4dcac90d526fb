package qiantang.sim.api;

import java.net.URI;

/** The API and the token of who asks it. */
public record Caller(URI http, String token) {

  /** Leaves the token out. */
  @Override
  public String toString() {
    return http.toString();
  }
}
