package qiantang.store.harness;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import qiantang.store.model.DeviceId;
import qiantang.store.model.Entry;
import qiantang.store.model.MetricValue;
import qiantang.store.model.Reading;
import qiantang.store.model.Reason;
import qiantang.store.model.Value;

/** Entries to send, and a text of them by which two can be compared to the bit. */
public final class Entries {
  private Entries() {}

  /** One integer of one device that speaks for itself. */
  public static Entry.Readings reading(
      String device, String metric, long eventTimeMicros, long arrivalMicros, long value) {
    return new Entry.Readings(
        new DeviceId(device),
        arrivalMicros,
        List.of(
            new Reading(
                new DeviceId(device),
                eventTimeMicros,
                true,
                false,
                List.of(new MetricValue(metric, new Value.Int(value))))));
  }

  /** A session's begin or end. */
  public static Entry.Presence presence(
      String publisher, long session, boolean connected, String reason, long arrivalMicros) {
    return new Entry.Presence(
        new DeviceId(publisher), session, connected, reason, "client", "10.0.0.1:1", arrivalMicros);
  }

  /** The will of a device whose session ended so. */
  public static Entry.Death death(String publisher, String reason, long arrivalMicros) {
    return new Entry.Death(
        new DeviceId(publisher), 1, reason, "will/topic", 3, new byte[] {1, 2, 3}, arrivalMicros);
  }

  /** A device is said to be gone by a gateway's session. */
  public static Entry.Death death(String device, long session, String reason, long arrivalMicros) {
    return new Entry.Death(
        new DeviceId(device), session, reason, "topic", 0, new byte[0], arrivalMicros);
  }

  /** A gateway names a device in a session. */
  public static Entry.Birth birth(String device, String gateway, long session, long arrivalMicros) {
    return new Entry.Birth(
        new DeviceId(device), device, new DeviceId(gateway), null, session, arrivalMicros);
  }

  /** A refused message of a device. */
  public static Entry.Rejection rejection(String publisher, Reason reason, long arrivalMicros) {
    return new Entry.Rejection(
        new DeviceId(publisher),
        null,
        reason,
        "detail",
        "topic",
        1,
        3,
        new byte[] {1, 2, 3},
        null,
        arrivalMicros);
  }

  /** Any entry at all of these devices, with edge values. */
  public static Entry random(Random random, List<DeviceId> devices) {
    long arrivalMicros = 1_768_464_000_000_000L + random.nextInt(1_000_000);
    return switch (random.nextInt(7)) {
      case 0 -> birth(random, devices, arrivalMicros);
      case 1 -> presence(random, devices, arrivalMicros);
      case 2 -> rejection(random, devices, arrivalMicros);
      case 3 -> death(any(random, devices).text(), randomText(random, 20), arrivalMicros);
      default -> readings(random, devices, arrivalMicros);
    };
  }

  /** All that an entry says; a double by its bits. */
  public static String text(Entry entry) {
    return switch (entry) {
      case Entry.Readings readings ->
          "readings %s %d %s"
              .formatted(
                  readings.publisher(),
                  readings.arrivalMicros(),
                  readings.readings().stream().map(Entries::text).toList());
      case Entry.Rejection r ->
          "rejection %s %s %s '%s' '%s' %d %d %s %s %d"
              .formatted(
                  r.publisher(),
                  r.device(),
                  r.reason(),
                  r.detail(),
                  r.topic(),
                  r.count(),
                  r.payloadBytes(),
                  HexFormat.of().formatHex(r.payload()),
                  r.eventTimeMicros(),
                  r.arrivalMicros());
      case Entry.Birth birth -> birth.toString();
      case Entry.Presence presence -> presence.toString();
      case Entry.Death d ->
          "death %s %d %s '%s' %d %s %d"
              .formatted(
                  d.publisher(),
                  d.session(),
                  d.reason(),
                  d.topic(),
                  d.payloadBytes(),
                  HexFormat.of().formatHex(d.payload()),
                  d.arrivalMicros());
    };
  }

  /** A value, a double by its bits. */
  public static String text(Value value) {
    return value instanceof Value.Real real
        ? "real " + Long.toHexString(Double.doubleToRawLongBits(real.value()))
        : value.toString();
  }

  /** Any value at all. */
  public static Value randomValue(Random random) {
    return switch (random.nextInt(8)) {
      case 0 -> new Value.Bool(random.nextBoolean());
      case 1 -> new Value.Int(random.nextLong() >> random.nextInt(64));
      case 2 -> new Value.Int(random.nextBoolean() ? Long.MIN_VALUE : Long.MAX_VALUE);
      case 3 -> new Value.Real(Double.longBitsToDouble(random.nextLong()));
      case 4 -> new Value.Text(randomText(random, 40));
      case 5 -> new Value.Json("{\"a\":[" + random.nextInt() + "]}");
      default -> new Value.Real(Math.round(random.nextDouble() * 1e6) / 1e3);
    };
  }

  private static String text(Reading reading) {
    return "%s %d %s %s %s"
        .formatted(
            reading.device(),
            reading.eventTimeMicros(),
            reading.stamped(),
            reading.possibleRepeat(),
            reading.values().stream()
                .map(value -> value.metric() + "=" + text(value.value()))
                .collect(Collectors.joining(",")));
  }

  private static Entry readings(Random random, List<DeviceId> devices, long arrivalMicros) {
    List<Reading> readings = new ArrayList<>();
    int metrics = 1 + random.nextInt(4);
    for (int i = 1 + random.nextInt(4); i > 0; i--) {
      List<MetricValue> values = new ArrayList<>();
      boolean odd = random.nextInt(3) == 0;
      for (int m = 0; m < metrics; m++) {
        String metric = odd ? randomText(random, 20) : "metric-" + m;
        values.add(new MetricValue(metric, randomValue(random)));
      }
      long eventTimeMicros =
          random.nextInt(10) == 0 ? random.nextLong() : arrivalMicros - random.nextInt(100_000_000);
      readings.add(
          new Reading(
              any(random, devices),
              eventTimeMicros,
              random.nextBoolean(),
              random.nextBoolean(),
              values));
    }
    return new Entry.Readings(any(random, devices), arrivalMicros, readings);
  }

  private static Entry birth(Random random, List<DeviceId> devices, long arrivalMicros) {
    return new Entry.Birth(
        any(random, devices),
        randomText(random, 30),
        any(random, devices),
        random.nextBoolean() ? randomText(random, 10) : null,
        random.nextBoolean() ? random.nextLong() >>> random.nextInt(64) : null,
        arrivalMicros);
  }

  private static Entry presence(Random random, List<DeviceId> devices, long arrivalMicros) {
    boolean saysHow = random.nextBoolean();
    return new Entry.Presence(
        any(random, devices),
        random.nextLong() >>> random.nextInt(64),
        random.nextBoolean(),
        "disconnect",
        randomText(random, 23),
        "[::1]:1883",
        saysHow ? "5.0" : null,
        saysHow ? "tls" : null,
        arrivalMicros);
  }

  private static Entry rejection(Random random, List<DeviceId> devices, long arrivalMicros) {
    byte[] payload = new byte[random.nextInt(Entry.Rejection.PAYLOAD_KEPT_BYTES + 1)];
    random.nextBytes(payload);
    Reason[] reasons = Reason.values();
    return new Entry.Rejection(
        maybe(random, devices),
        maybe(random, devices),
        reasons[random.nextInt(reasons.length)],
        randomText(random, 60),
        randomText(random, 30),
        1 + random.nextInt(1000),
        random.nextInt(300_000),
        payload,
        random.nextBoolean() ? random.nextLong() : null,
        arrivalMicros);
  }

  private static DeviceId any(Random random, List<DeviceId> devices) {
    return devices.get(random.nextInt(devices.size()));
  }

  private static @Nullable DeviceId maybe(Random random, List<DeviceId> devices) {
    return random.nextBoolean() ? any(random, devices) : null;
  }

  // Latin, Chinese and a character outside the basic plane; often empty.
  private static String randomText(Random random, int lengthMax) {
    String alphabet = "abcXYZ09 _-/\"\\\n钱塘江温度";
    StringBuilder text = new StringBuilder();
    for (int i = random.nextInt(lengthMax + 1); i > 0; i--) {
      if (random.nextInt(20) == 0) {
        text.append("🌡");
      } else {
        text.append(alphabet.charAt(random.nextInt(alphabet.length())));
      }
    }
    return text.toString();
  }
}
