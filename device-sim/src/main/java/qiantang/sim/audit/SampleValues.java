package qiantang.sim.audit;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigInteger;
import qiantang.sim.plan.MetricValue;

/** Whether an answer's value is the one that was sent, to the last bit. */
public final class SampleValues {
  private SampleValues() {}

  public static boolean equal(MetricValue sent, JsonNode answer) {
    return switch (sent) {
      case MetricValue.Decimal decimal -> sameBits(decimal.value(), answer);
      case MetricValue.Whole whole -> sameWhole(BigInteger.valueOf(whole.value()), answer);
      case MetricValue.Flag flag -> answer.isBoolean() && answer.booleanValue() == flag.value();
      case MetricValue.Text text -> answer.isTextual() && answer.textValue().equals(text.value());
    };
  }

  public static boolean sameBits(double sent, JsonNode answer) {
    return answer.isNumber()
        && Double.doubleToLongBits(answer.doubleValue()) == Double.doubleToLongBits(sent);
  }

  /** Integers beyond 2^53 are strings in the API's JSON, so that JavaScript does not round them. */
  public static boolean sameWhole(BigInteger sent, JsonNode answer) {
    return answer.isTextual()
        ? sent.bitLength() > 53 && answer.textValue().equals(sent.toString())
        : answer.isIntegralNumber() && answer.bigIntegerValue().equals(sent);
  }
}
