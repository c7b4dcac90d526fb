package qiantang.sim.plan;

import java.util.Locale;

/** How a fleet says what it measured. */
public enum Dialect {
  /** JSON on {@code v1/devices/me/telemetry} and {@code v1/gateway/telemetry}. */
  THINGSBOARD,
  /** Protobuf on {@code spBv1.0/...}, births before data, numbers instead of acknowledgements. */
  SPARKPLUG;

  /** The name in scenario files. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
