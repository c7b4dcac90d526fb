package qiantang.sim.plan;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A line such as {@code ack.p99 < 50ms}: what a figure of the run must be. Latencies are in
 * milliseconds, the others are counts.
 */
public record Threshold(String text, String figure, Comparison comparison, double limit) {
  private static final Pattern FORM =
      Pattern.compile("([A-Za-z.0-9]+) *(<=|<|==) *(\\d+(?:\\.\\d+)?)(ms|s)?");

  /** Figures that may be named. */
  public static final List<String> FIGURES =
      List.of(
          "ack.p50",
          "ack.p99",
          "ack.p999",
          "ack.max",
          "lag.p50",
          "lag.p99",
          "lag.p999",
          "lag.max",
          "visible.p50",
          "visible.p99",
          "visible.p999",
          "visible.max",
          "visible.absent",
          "visible.skipped",
          "late",
          "unsent",
          "inFlight",
          "refused",
          "resent",
          "reconnects");

  /** How figure and limit are compared. */
  public enum Comparison {
    LESS("<"),
    AT_MOST("<="),
    EQUAL("==");

    private final String sign;

    Comparison(String sign) {
      this.sign = sign;
    }
  }

  /** Null if the text is no threshold. */
  static @Nullable Threshold parse(String text) {
    Matcher matcher = FORM.matcher(text.strip());
    if (!matcher.matches()
        || !FIGURES.contains(matcher.group(1))
        || (matcher.group(4) != null && !ofTime(matcher.group(1)))) {
      return null;
    }
    double limit =
        Double.parseDouble(matcher.group(3)) * ("s".equals(matcher.group(4)) ? 1_000 : 1);
    for (Comparison comparison : Comparison.values()) {
      if (comparison.sign.equals(matcher.group(2))) {
        return new Threshold(text.strip(), matcher.group(1), comparison, limit);
      }
    }
    throw new AssertionError("BUG: the pattern let through " + matcher.group(2));
  }

  /** Whether a figure is a time; else it is a count, which has no unit. */
  private static boolean ofTime(String figure) {
    return figure.matches(".+\\.(p\\d+|max)");
  }

  /** Whether it is about the generator's own lag. */
  public boolean ofLag() {
    return figure.startsWith("lag.");
  }

  /** Whether only probes can tell. */
  public boolean ofVisible() {
    return figure.startsWith("visible.");
  }

  /** Whether the audit tells: samples of refused messages. */
  public boolean ofAudit() {
    return figure.equals("refused");
  }

  /** Whether acknowledgements tell, of which QoS 0 has none. */
  public boolean ofAck() {
    return figure.startsWith("ack.");
  }

  /** A value of its figure as a person reads it, times with their unit. */
  public String told(double value) {
    if (Double.isNaN(value)) {
      return "unknown, for nobody measured it";
    }
    // Times have whole microseconds; more digits would be those of the sum.
    String number =
        BigDecimal.valueOf(value)
            .setScale(3, RoundingMode.HALF_UP)
            .stripTrailingZeros()
            .toPlainString();
    return ofTime(figure) ? number + " ms" : number;
  }

  public boolean holds(double value) {
    return switch (comparison) {
      case LESS -> value < limit;
      case AT_MOST -> value <= limit;
      case EQUAL -> Double.compare(value, limit) == 0;
    };
  }
}
