package qiantang.sim.plan;

import qiantang.sim.plan.MetricValue.Decimal;
import qiantang.sim.plan.MetricValue.Flag;
import qiantang.sim.plan.MetricValue.Text;
import qiantang.sim.plan.MetricValue.Whole;

/**
 * The building blocks of the signal models at one instant of one device. Everything is a function
 * of (seed, n, millis), never of the value before: the auditor asks for any n in any order. Sines
 * are StrictMath's, so that every machine computes the same bits.
 *
 * @param seed the device's own seed
 * @param n the reading's number
 * @param millis the instant it tells of, after the beginning of the run; may be negative
 * @param machine whose states everything follows
 */
record Signal(long seed, long n, long millis, Machine machine) {
  /** How long a machine takes to become warm, in milliseconds. */
  private static final long WARM_UP = 30 * 60_000;

  static Signal of(SignalModel model, long seed, long n, long millis) {
    return new Signal(seed, n, millis, Machine.of(model, seed));
  }

  double seconds() {
    return millis / 1_000.0;
  }

  MachineState state() {
    return machine.state(millis);
  }

  boolean running() {
    return state() == MachineState.RUN;
  }

  /** From 0, stood for half an hour, to 1, ran for half an hour. */
  double warmth() {
    return machine.warmth(millis, WARM_UP);
  }

  /** From 0 to 1 within so many hours of running, then again: how worn a tool is. */
  double wear(double runningHours) {
    double hours = machine.ranMillis(millis) / 3_600_000.0 + trait(20) * runningHours;
    return hours / runningHours - Math.floor(hours / runningHours);
  }

  /** A slow swing around a middle; each device and channel has its own phase. */
  double wave(int channel, double middle, double amplitude, double periodSeconds) {
    double phase = Mix.unit(seed, channel);
    return middle + amplitude * StrictMath.sin(2 * Math.PI * (seconds() / periodSeconds + phase));
  }

  /** Noise between -amplitude and amplitude, small values more often (triangular). */
  double noise(int channel, double amplitude) {
    long position = n * 64 + channel;
    return amplitude * (Mix.unit(~seed, position) + Mix.unit(~seed, position + 32) - 1);
  }

  /** A number in [0, 1) that stays for a stretch of time. */
  double dwell(int channel, double stretchSeconds) {
    double phase = Mix.unit(seed, channel);
    return Mix.unit(
        seed, 1_000_000L * channel + (long) Math.floor(seconds() / stretchSeconds + phase));
  }

  /** A number in [0, 1) that tells this device from others of its model for good. */
  double trait(int channel) {
    return Mix.unit(seed, 500 + channel);
  }

  static Decimal decimal(double value, int decimals) {
    double scale = 1;
    for (int i = 0; i < decimals; i++) {
      scale *= 10;
    }
    return new Decimal(Math.round(value * scale) / scale);
  }

  static Whole whole(double value) {
    return new Whole(Math.round(value));
  }

  static Flag flag(boolean value) {
    return new Flag(value);
  }

  static Text text(String value) {
    return new Text(value);
  }
}
