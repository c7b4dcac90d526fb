package qiantang.sim.api;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;

/**
 * One aggregate of one metric by interval, as it was answered.
 *
 * @param aggregate count, min, max or sum
 * @param values by the interval's beginning in epoch milliseconds
 */
public record Aggregates(String metric, String aggregate, Map<Long, JsonNode> values) {}
