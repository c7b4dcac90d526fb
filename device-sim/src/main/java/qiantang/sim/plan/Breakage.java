package qiantang.sim.plan;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import qiantang.sim.plan.Faults.MalformedKind;

/**
 * Which messages of a publisher are not what they should be, and how: a function of (seed, n), one
 * draw for both, so that the kinds have equal shares. Whatever is broken in a message, no sound
 * system may keep anything of it.
 *
 * @param kinds those that the publisher's dialect has
 */
record Breakage(double share, List<MalformedKind> kinds, long seed) {
  static final Breakage NONE = new Breakage(0, List.of(), 0);

  /** Beyond the stack of any reader that calls itself for each level: 20 KB of brackets. */
  static final int DEPTH = 10_000;

  /** No byte of UTF-8 (RFC 3629, 3); as a char, for JSON that is written in ISO 8859-1. */
  static final char NOT_UTF8 = '\u00FF';

  /**
   * Near the 65,535 that a topic may have, [MQTT-1.5.3]. One level, for a topic of many is a matter
   * of its own: Mosquitto ends the connection of who publishes to more than 200.
   */
  private static final int TOPIC_BYTES = 60_000;

  private static final long OF_BREAKAGE = 0xBAD0_0000_0000_0005L;

  static Breakage of(Faults.Malformed malformed, Dialect dialect, long seed) {
    List<MalformedKind> kinds =
        malformed.kinds().stream().filter(kind -> dialectHas(dialect, kind)).toList();
    return kinds.isEmpty() || malformed.share() == 0
        ? NONE
        : new Breakage(malformed.share(), kinds, seed);
  }

  /**
   * In Sparkplug a double that is not a number is a value like another; JSON has no word for it.
   */
  static boolean dialectHas(Dialect dialect, MalformedKind kind) {
    return dialect == Dialect.THINGSBOARD || kind != MalformedKind.NAN;
  }

  boolean none() {
    return share == 0;
  }

  /** How the original n is broken, or null if it is not. */
  @Nullable MalformedKind kindOf(long n) {
    double draw = Mix.unit(seed ^ OF_BREAKAGE, n);
    if (draw >= share) {
      return null;
    }
    int kind = (int) (draw / share * kinds.size()); // the quotient may be rounded up to 1
    return kinds.get(Math.min(kind, kinds.size() - 1));
  }

  /** The topic, lengthened by a name that no device can have. */
  static String hugeTopic(String topic) {
    return topic + "/" + "x".repeat(TOPIC_BYTES - topic.length() - 1);
  }

  /** The first half of a payload. */
  static byte[] truncated(byte[] payload) {
    return Arrays.copyOf(payload, payload.length / 2);
  }
}
