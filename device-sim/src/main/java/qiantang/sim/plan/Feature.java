package qiantang.sim.plan;

import java.util.EnumSet;
import java.util.Set;

/**
 * What a scenario may ask for that not every engine does. The format knows all of it; a scenario
 * that asks for what is not among {@link #supported} is refused, never run without it.
 */
public enum Feature {
  SPARKPLUG("the dialect sparkplug"),
  TLS("tls"),
  QOS_0("qos 0"),
  QOS_2("qos 2"),
  CHURN("phases of kind churn"),
  STORM("phases of kind storm"),
  LATE("late readings"),
  OUT_OF_ORDER("messages out of order"),
  DUPLICATES("duplicates"),
  CLOCK_SKEW("wrong clocks"),
  BACKLOG("a backlog"),
  MALFORMED("malformed messages"),
  SLOW_READERS("slow readers"),
  HALF_OPEN("half-open connections"),
  NET("network faults"),
  VISIBLE("visible probes");

  private final String phrase;

  Feature(String phrase) {
    this.phrase = phrase;
  }

  /** As a sentence names it. */
  String phrase() {
    return phrase;
  }

  /** What {@code sim run} does: the one place where support is switched on. */
  static Set<Feature> supported() {
    return EnumSet.of(
        SPARKPLUG,
        MALFORMED,
        CHURN,
        STORM,
        LATE,
        OUT_OF_ORDER,
        DUPLICATES,
        CLOCK_SKEW,
        BACKLOG,
        SLOW_READERS,
        HALF_OPEN,
        NET);
  }
}
