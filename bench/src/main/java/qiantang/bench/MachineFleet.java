package qiantang.bench;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.IntStream;
import qiantang.store.codec.ColumnsBuilder;
import qiantang.store.codec.DeviceColumns;
import qiantang.store.fold.Layout;
import qiantang.store.model.DeviceId;
import qiantang.store.model.Value;

/**
 * Machines with ten metrics that report every 10 s. What they report is a pure function of device,
 * metric and number of the sample, so that whoever asks for it can tell whether an answer is right
 * without having kept anything.
 *
 * @param devices how many machines
 * @param days for how long they reported
 * @param beginMinute first minute since 1970 in which they did
 */
record MachineFleet(int devices, int days, long beginMinute) {
  /** Raised when it reports anything else: what was kept is of no use then. */
  static final int VERSION = 1;

  static final int PERIOD_MILLIS = 10_000;
  static final int SAMPLES_PER_MINUTE = 60_000 / PERIOD_MILLIS;
  static final int SAMPLES_PER_HOUR = 60 * SAMPLES_PER_MINUTE;

  private static final long SEED = 0x5EED;

  // Of a machine of 12.5 kW: 347 units of 0.1 Wh in 10 s.
  private static final int ENERGY_STEP = 347;

  // Its load goes up and down by a third within some hours: 512 samples may differ by 60,000, which
  // is 117 a sample, so that the counter never falls.
  private static final int ENERGY_SWING = 60_000;
  private static final int ENERGY_SCALE_BITS = 9;

  /** What one metric is like, in units of its last decimal. */
  private enum Kind {
    REAL_1,
    REAL_2,
    INTEGER,
    BOOLEAN,
    COUNTER_2
  }

  /**
   * A metric.
   *
   * @param swing how far it wanders within hours
   * @param noise how far it jumps from sample to sample
   */
  private record Signal(String name, Kind kind, int middle, int swing, int noise) {}

  // In order of their names, as columns are.
  private static final List<Signal> SIGNALS =
      List.of(
          new Signal("bearing_temperature", Kind.REAL_1, 480, 120, 2), // degrees Celsius
          new Signal("current", Kind.REAL_2, 1850, 600, 12), // A
          new Signal("energy", Kind.COUNTER_2, 0, 0, 0), // kWh
          new Signal("inlet_pressure", Kind.REAL_2, 210, 40, 2), // bar
          new Signal("load", Kind.INTEGER, 60, 50, 2), // percent
          new Signal("motor_temperature", Kind.REAL_1, 655, 150, 2),
          new Signal("oil_temperature", Kind.REAL_2, 4120, 900, 6),
          new Signal("outlet_pressure", Kind.REAL_2, 640, 90, 4),
          new Signal("running", Kind.BOOLEAN, 0, 0, 0),
          new Signal("spindle_speed", Kind.REAL_1, 14_800, 900, 40)); // per minute

  static final int METRICS = SIGNALS.size();
  static final int ENERGY = 2;

  /** A device's place in the order in which it is reported, and its id. */
  record Member(int number, DeviceId id) {}

  long endMinute() {
    return beginMinute + days * (long) Layout.DAY_MINUTES;
  }

  /** How many samples one metric of one device has. */
  int samplesEach() {
    return days * Layout.DAY_MINUTES * SAMPLES_PER_MINUTE;
  }

  long samples() {
    return (long) devices * METRICS * samplesEach();
  }

  static String metric(int metric) {
    return SIGNALS.get(metric).name;
  }

  static DeviceId device(int device) {
    return new DeviceId("machine-%04d".formatted(device));
  }

  /** The devices of each group of a layout, in order of their ids. */
  List<List<Member>> byGroup(Layout layout) {
    TreeMap<Integer, List<Member>> found = new TreeMap<>();
    IntStream.range(0, devices)
        .mapToObj(number -> new Member(number, device(number)))
        .sorted(Comparator.comparing(Member::id))
        .forEach(
            member ->
                found
                    .computeIfAbsent(layout.groupOf(member.id), group -> new ArrayList<>())
                    .add(member));
    return IntStream.range(0, layout.groupCount())
        .mapToObj(group -> found.getOrDefault(group, List.of()))
        .toList();
  }

  /** When a sample was taken: each device at a moment of its own in the 10 s. */
  long timeMillis(int device, int sample) {
    long phaseMillis = Long.remainderUnsigned(mix(SEED ^ device), PERIOD_MILLIS);
    return beginMinute * 60_000 + phaseMillis + sample * (long) PERIOD_MILLIS;
  }

  /** What a device reported in some minutes, as a sorter would have it. */
  DeviceColumns columns(int device, long fromMinute, long toMinute) {
    int from = (int) (Math.max(0, fromMinute - beginMinute) * SAMPLES_PER_MINUTE);
    int to = (int) (Math.min(endMinute(), toMinute) - beginMinute) * SAMPLES_PER_MINUTE;
    ColumnsBuilder builder = new ColumnsBuilder();
    for (int sample = from; sample < to; sample++) {
      long timeMillis = timeMillis(device, sample);
      long wayMillis = 20 + (hash(device, METRICS, sample) & 63);
      for (int metric = 0; metric < METRICS; metric++) {
        builder.add(
            timeMillis * 1000,
            (timeMillis + wayMillis) * 1000,
            true,
            false,
            metric(metric),
            value(device, metric, sample));
      }
    }
    return builder.build();
  }

  static Value value(int device, int metric, int sample) {
    Signal signal = SIGNALS.get(metric);
    return switch (signal.kind) {
      case REAL_1 -> new Value.Real(wandering(signal, device, metric, sample) / 10.0);
      case REAL_2 -> new Value.Real(wandering(signal, device, metric, sample) / 100.0);
      case INTEGER -> new Value.Int(wandering(signal, device, metric, sample));
      case BOOLEAN -> new Value.Bool((hash(device, metric, sample >> 7) & 15) != 0);
      case COUNTER_2 -> new Value.Real(energyHundredths(device, sample) / 100.0);
    };
  }

  /** What the counter of kWh shows, times 100. */
  static long energyHundredths(int device, int sample) {
    long since = (hash(device, ENERGY, -1) >>> 1) % 100_000_000;
    long swing = level(device, ENERGY, sample, ENERGY_SCALE_BITS, ENERGY_SWING);
    return (since + (long) ENERGY_STEP * sample + swing) / 100;
  }

  /** Wanders slowly, a quarter as far eight times as fast, and again; and is noisy. */
  private static long wandering(Signal signal, int device, int metric, int sample) {
    int noise = signal.noise;
    return signal.middle
        - signal.swing / 2
        + level(device, metric, sample, 9, signal.swing)
        + level(device, metric, sample, 6, signal.swing / 4)
        + level(device, metric, sample, 3, signal.swing / 16)
        + Long.remainderUnsigned(hash(device, metric, sample), 2L * noise + 1)
        - noise;
  }

  /** From 0 to below a swing, on straight lines between corners that are so many samples apart. */
  private static long level(int device, int metric, int sample, int scaleBits, int swing) {
    int scale = 1 << scaleBits;
    int corner = sample >> scaleBits;
    int behind = sample & (scale - 1);
    long before = corner(device, metric, corner, scaleBits, swing);
    long after = corner(device, metric, corner + 1, scaleBits, swing);
    return (before * (scale - behind) + after * behind) >> scaleBits;
  }

  private static long corner(int device, int metric, int corner, int scaleBits, int swing) {
    return Long.remainderUnsigned(
        hash(device, metric | scaleBits << 8, corner), Math.max(1, swing));
  }

  private static long hash(int device, int salt, int number) {
    return mix(mix(SEED ^ device) ^ (((long) salt << 32) | (number & 0xFFFF_FFFFL)));
  }

  /** The finalizer of SplitMix64. */
  private static long mix(long from) {
    long z = from + 0x9E3779B97F4A7C15L;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}
