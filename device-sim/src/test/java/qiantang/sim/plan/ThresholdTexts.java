package qiantang.sim.plan;

/** What scenario files may say of thresholds, for tests elsewhere. */
public final class ThresholdTexts {
  private ThresholdTexts() {}

  public static boolean accepted(String text) {
    return Threshold.parse(text) != null;
  }
}
