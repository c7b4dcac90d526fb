package qiantang.store.registry;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What an enterprise and its devices may use of a node: the closed list that the API, records and
 * metrics share. Rates hold on each node; whoever is within all of them never notices one.
 *
 * <p>A rate has a burst: what a lull has saved up. Rates of messages and bytes slow their sender
 * and refuse nothing; the others refuse, and say when to come again.
 */
public enum Quota {
  /** Of all connections of a device together. A week of 0.1 Hz comes in a minute. */
  DEVICE_MESSAGES("deviceMessagesPerSecond", Kind.SLOWS, 1_000, 1, 60),
  /** Of all connections of a device together, bytes of payload. */
  DEVICE_BYTES("deviceBytesPerSecond", Kind.SLOWS, 2 * 1024 * 1024, 1, 60),
  /** Of all devices of an enterprise: a fifth of what a node of two cores takes. */
  ENTERPRISE_MESSAGES("enterpriseMessagesPerSecond", Kind.SLOWS, 20_000, 1, 60),
  /** Of all devices of an enterprise, bytes of payload. */
  ENTERPRISE_BYTES("enterpriseBytesPerSecond", Kind.SLOWS, 32 * 1024 * 1024, 1, 60),
  /**
   * Messages of a gateway that speak for one of its devices. Refused and not slowed, so that one
   * device does not stop those beside it. A week of 0.1 Hz fits the burst.
   */
  SUB_DEVICE_MESSAGES("subDeviceMessagesPerSecond", Kind.REFUSES, 100, 1, 600),
  /** A client that flaps, or two that throw each other out. */
  DEVICE_CONNECTS("deviceConnectsPerMinute", Kind.REFUSES, 600, 60, 60),
  /** A plant that comes back after a power cut fits the burst. */
  ENTERPRISE_CONNECTS("enterpriseConnectsPerSecond", Kind.REFUSES, 1_000, 1, 20),
  /** Devices that a gateway names and nobody has created; five large gateways at once. */
  NEW_DEVICES("newDevicesPerHour", Kind.REFUSES, 10_000, 3600, 3600),
  /** Bytes of one message's payload. */
  PAYLOAD_BYTES("payloadBytes", Kind.REFUSES, 256 * 1024, 0, 0),
  /** Levels of a topic; the deepest of a dialect has five. */
  TOPIC_LEVELS("topicLevels", Kind.REFUSES, 16, 0, 0),
  /**
   * Messages of a connection that are not acknowledged: the Receive Maximum of MQTT 5, which ends
   * whoever ignores it. 3.1.1 knows none; there the byte budget of a session holds.
   */
  IN_FLIGHT("inFlight", Kind.REFUSES, 256, 0, 0);

  /** What happens to who is over it. */
  public enum Kind {
    /** It is read less often; nothing is lost. */
    SLOWS,
    /** It is refused, and told when to come again. */
    REFUSES
  }

  /** The least that can be set: nobody is shut out by a quota. */
  public static final long LEAST = 1;

  private final String word;
  private final Kind kind;
  private final long usual;
  private final Duration period;
  private final Duration burst;

  Quota(String word, Kind kind, long usual, int periodSeconds, int burstSeconds) {
    this.word = word;
    this.kind = kind;
    this.usual = usual;
    period = Duration.ofSeconds(periodSeconds);
    burst = Duration.ofSeconds(burstSeconds);
  }

  /** The name in JSON, CQL, records and metrics. */
  public String word() {
    return word;
  }

  /** What happens to who is over it. */
  public Kind kind() {
    return kind;
  }

  /** What holds where nothing else was set. */
  public long usual() {
    return usual;
  }

  /** The most that can be set: sizes only go down, as the protocol layer has bounds of its own. */
  public long most() {
    return period.isZero() ? usual : 1_000_000_000;
  }

  /** What the limit counts in; zero for a size, which is not a rate. */
  public Duration period() {
    return period;
  }

  /** How much is saved up at most, as the time in which it is earned. */
  public Duration burst() {
    return burst;
  }

  /** The quota of this word, or null. */
  public static @Nullable Quota ofWord(String word) {
    for (Quota quota : values()) {
      if (quota.word.equals(word)) {
        return quota;
      }
    }
    return null;
  }
}
