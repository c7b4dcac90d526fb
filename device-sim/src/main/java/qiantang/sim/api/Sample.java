package qiantang.sim.api;

import com.fasterxml.jackson.databind.JsonNode;

/** One sample of an answer. */
public record Sample(String metric, long eventTimeMicros, JsonNode value) {}
