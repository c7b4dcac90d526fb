package qiantang.query.json;

/**
 * Times as the API writes them: milliseconds since 1970 UTC with up to three decimals. In integers
 * all the way: dividing by 1000.0 would round.
 */
public final class EpochMillis {
  private EpochMillis() {}

  /** The decimal text; no decimals where there are none. */
  public static String format(long micros) {
    long millis = micros / 1000;
    int rest = (int) Math.abs(micros % 1000);
    if (rest == 0) {
      return Long.toString(millis);
    }
    StringBuilder text = new StringBuilder(20);
    if (micros < 0) {
      text.append('-'); // of -0.5 the integer part says nothing of the sign
    }
    text.append(Math.abs(millis)).append('.').append((char) ('0' + rest / 100));
    if (rest % 100 != 0) {
      text.append((char) ('0' + rest / 10 % 10));
      if (rest % 10 != 0) {
        text.append((char) ('0' + rest % 10));
      }
    }
    return text.toString();
  }
}
