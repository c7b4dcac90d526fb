package qiantang.sim.capacity;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Numbers as people write them: 50M devices, 32G of memory. Pure. */
final class Quantity {
  private static final String PREFIXES = "kMGTPE";
  private static final double THOUSAND = 1_000;

  /** Below this a number is shorter without a prefix. */
  private static final double PREFIX_FROM = 10_000;

  private static final Pattern NUMBER = Pattern.compile("(\\d{1,15}(?:\\.\\d{1,9})?)([kMGTP]?)");
  private static final Pattern TIME = Pattern.compile("(\\d{1,9}(?:\\.\\d{1,3})?)(ms|s|m|h|d)");

  private Quantity() {}

  /** A positive number, with k, M, G, T or P for thousands, millions and so on. */
  static final class Count implements ITypeConverter<Double> {
    @Override
    public Double convert(String text) {
      Matcher matcher = NUMBER.matcher(text);
      double value = matcher.matches() ? scaled(matcher) : 0;
      if (value <= 0) {
        throw new TypeConversionException(
            "'" + text + "' is no number above 0 such as 12, 1.5, 100k, 50M or 8T");
      }
      return value;
    }

    private static double scaled(Matcher matcher) {
      int power = PREFIXES.indexOf(matcher.group(2)) + 1;
      return Double.parseDouble(matcher.group(1))
          * (matcher.group(2).isEmpty() ? 1 : Math.pow(THOUSAND, power));
    }
  }

  /** A stretch of time in seconds. */
  static final class Seconds implements ITypeConverter<Double> {
    @Override
    public Double convert(String text) {
      Matcher matcher = TIME.matcher(text);
      double value = matcher.matches() ? Double.parseDouble(matcher.group(1)) : 0;
      if (value <= 0) {
        throw new TypeConversionException(
            "'" + text + "' is no time above 0 such as 500ms, 10s, 15m, 1h or 365d");
      }
      return value
          * switch (matcher.group(2)) {
            case "ms" -> 0.001;
            case "s" -> 1;
            case "m" -> 60;
            case "h" -> 3_600;
            default -> 86_400;
          };
    }
  }

  /** A share above 0 and below 1. */
  static final class Share implements ITypeConverter<Double> {
    @Override
    public Double convert(String text) {
      if (!text.matches("[1-9]\\d?%")) {
        throw new TypeConversionException("'" + text + "' is no share from 1% to 99%");
      }
      return Integer.parseInt(text, 0, text.length() - 1, 10) / 100.0;
    }
  }

  /** With three digits that count and a prefix: 6.62 P, 84.2, 12.4 G. */
  static String text(double value) {
    double rest = value;
    int power = 0;
    while (rest >= THOUSAND && value >= PREFIX_FROM && power < PREFIXES.length()) {
      rest /= THOUSAND;
      power++;
    }
    String digits =
        String.format(Locale.ROOT, rest < 10 ? "%.2f" : rest < 100 ? "%.1f" : "%,.0f", rest)
            .replaceFirst("(\\.\\d*?)0+$", "$1")
            .replaceFirst("\\.$", "");
    return power == 0 ? digits : digits + " " + PREFIXES.charAt(power - 1);
  }

  /** With its unit: 4.3 MB/s, 5 M/s, 84.2 cores, 79 k messages/s, 1 node. */
  static String text(double value, String plural) {
    String text = text(value);
    String unit = text.equals("1") ? plural.replaceFirst("(\\w{3,})s(/s)?$", "$1$2") : plural;
    boolean prefixed = !Character.isDigit(text.charAt(text.length() - 1));
    boolean takesPrefix = unit.startsWith("B") || unit.startsWith("bit") || unit.startsWith("/");
    return (prefixed && takesPrefix ? text + unit : text + " " + unit).strip();
  }
}
