package qiantang.sim.api;

import com.fasterxml.jackson.databind.JsonNode;

/** How an HTTP request ended. */
public sealed interface Answer {

  record Ok(JsonNode body) implements Answer {}

  /** The system answered, but not with what was asked for. */
  record Refused(int status, String detail) implements Answer {}

  record Unreachable(String cause) implements Answer {}
}
