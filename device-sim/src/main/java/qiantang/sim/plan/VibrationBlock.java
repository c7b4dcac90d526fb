package qiantang.sim.plan;

/**
 * What a bearing sensor says of half a second of acceleration: statistics of {@value #SAMPLES}
 * samples at {@value #SAMPLES_PER_SECOND} Hz.
 *
 * <p>Statistics and not the samples, because both dialects store an array as JSON text of at most 4
 * KiB, of which nobody can ask a minimum or a mean: 1,024 samples are 6 KB. Sensors on machines do
 * the same. The samples are computed, each from (seed, n, i), so that the figures agree among
 * themselves as those of a real block do.
 *
 * @param rms root of the mean square, g
 * @param peak largest deviation from zero, g
 * @param kurtosis fourth moment over the square of the second; 3 for noise, more for shocks
 * @param outerRace amplitude at the frequency with which balls pass the outer race, g
 */
record VibrationBlock(double rms, double peak, double kurtosis, double outerRace) {
  static final int SAMPLES = 1_024;
  static final int SAMPLES_PER_SECOND = 2_048;

  /** Passes of a ball a turn of the shaft, of a bearing 6205: outer race and inner race. */
  private static final double BPFO = 3.585;

  private static final double BPFI = 5.415;

  /** One tone as a turning pointer: a sine costs forty times what the multiplication does. */
  private static final class Tone {
    private final double turnCos;
    private final double turnSin;
    private double cos;
    private double sin;

    Tone(double hertz, double phase) {
      double turn = 2 * Math.PI * hertz / SAMPLES_PER_SECOND;
      turnCos = StrictMath.cos(turn);
      turnSin = StrictMath.sin(turn);
      cos = StrictMath.cos(2 * Math.PI * phase);
      sin = StrictMath.sin(2 * Math.PI * phase);
    }

    void turn() {
      double next = cos * turnCos - sin * turnSin;
      sin = sin * turnCos + cos * turnSin;
      cos = next;
    }
  }

  /**
   * Computes a block.
   *
   * @param shaftHertz turns a second; 0 for a machine that stands
   * @param wear from 0, new, to 1, to be changed
   */
  static VibrationBlock of(long seed, long n, double shaftHertz, double wear) {
    double turning = shaftHertz > 0 ? 1 : 0;
    Tone shaft = new Tone(shaftHertz, Mix.unit(seed, 4 * n));
    Tone outer = new Tone(shaftHertz * BPFO, Mix.unit(seed, 4 * n + 1));
    Tone inner = new Tone(shaftHertz * BPFI, Mix.unit(seed, 4 * n + 2));
    long noiseSeed = Mix.bits(~seed, n);
    double square = 0;
    double fourth = 0;
    double peak = 0;
    double real = 0;
    double imaginary = 0;
    for (int i = 0; i < SAMPLES; i++) {
      double noise = Mix.unit(noiseSeed, i) + Mix.unit(noiseSeed, i + SAMPLES) - 1;
      double x =
          turning * (0.12 * shaft.sin + (0.02 + 0.3 * wear) * outer.sin + 0.015 * inner.sin)
              + (0.01 + 0.06 * turning) * noise;
      square += x * x;
      fourth += x * x * x * x;
      peak = Math.max(peak, Math.abs(x));
      real += x * outer.cos;
      imaginary += x * outer.sin;
      shaft.turn();
      outer.turn();
      inner.turn();
    }
    double variance = square / SAMPLES;
    return new VibrationBlock(
        Math.sqrt(variance),
        peak,
        fourth / SAMPLES / (variance * variance),
        2 * Math.sqrt(real * real + imaginary * imaginary) / SAMPLES);
  }
}
