package qiantang.sim.plan;

import qiantang.sim.plan.MetricValue.Decimal;
import qiantang.sim.plan.MetricValue.Flag;
import qiantang.sim.plan.MetricValue.Text;
import qiantang.sim.plan.MetricValue.Whole;

/**
 * The building blocks of the signal models at one instant of one device. Everything is a function
 * of (seed, n, seconds), never of the value before: the auditor asks for any n in any order.
 *
 * @param seed the device's own seed
 * @param n the reading's number
 * @param seconds planned time since the beginning of the run
 */
record Signal(long seed, long n, double seconds) {

  /** A slow swing around a middle; each device and channel has its own phase. */
  double wave(int channel, double middle, double amplitude, double periodSeconds) {
    double phase = Mix.unit(seed, channel);
    return middle + amplitude * Math.sin(2 * Math.PI * (seconds / periodSeconds + phase));
  }

  /** Noise between -amplitude and amplitude, small values more often (triangular). */
  double noise(int channel, double amplitude) {
    long position = n * 64 + channel;
    return amplitude * (Mix.unit(~seed, position) + Mix.unit(~seed, position + 32) - 1);
  }

  /** A number in [0, 1) that stays for a stretch of time: which state a machine is in. */
  double dwell(int channel, double stretchSeconds) {
    double phase = Mix.unit(seed, channel);
    return Mix.unit(seed, 1_000_000L * channel + (long) (seconds / stretchSeconds + phase));
  }

  /** A number in [0, 1) that tells this device from others of its model for good. */
  double trait(int channel) {
    return Mix.unit(seed, 500 + channel);
  }

  /** A counter that never goes back: where the device's life so far left it, plus its rate. */
  Whole counter(int channel, long lifeMax, double perSecond) {
    return new Whole((long) (trait(channel) * lifeMax) + (long) (perSecond * seconds));
  }

  static Decimal decimal(double value, int decimals) {
    double scale = Math.pow(10, decimals);
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
