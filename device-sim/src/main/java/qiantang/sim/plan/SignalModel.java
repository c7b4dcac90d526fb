package qiantang.sim.plan;

import static qiantang.sim.plan.Signal.decimal;
import static qiantang.sim.plan.Signal.flag;
import static qiantang.sim.plan.Signal.text;
import static qiantang.sim.plan.Signal.whole;

import java.util.List;
import java.util.Locale;

/** Kinds of machines: their metrics, and a plausible value of each at any instant. */
public enum SignalModel {
  CNC_SPINDLE("speed", "load", "vibration", "temperature", "running", "parts", "state") {
    @Override
    List<MetricValue> values(Signal s) {
      double dwell = s.dwell(1, 45);
      String state = dwell < 0.75 ? "run" : dwell < 0.9 ? "idle" : dwell < 0.97 ? "setup" : "fault";
      boolean running = dwell < 0.75;
      double wear = s.dwell(2, 3_600) * 8;
      return List.of(
          whole(running ? 6_000 + 4_000 * s.trait(1) + s.noise(3, 15) : 0),
          decimal(running ? s.wave(4, 42 + wear, 14, 37) + s.noise(5, 3) : 0.4, 1),
          decimal(running ? 1.2 + wear / 10 + s.noise(6, 0.4) : 0.05 + s.noise(6, 0.02), 3),
          decimal(s.wave(7, 46, 6, 1_800) + s.noise(8, 0.3), 1),
          flag(running),
          s.counter(9, 900_000, 0.04),
          text(state));
    }
  },
  ENERGY_METER("power", "energy", "voltage", "current", "powerFactor", "closed", "tariff") {
    @Override
    List<MetricValue> values(Signal s) {
      double power = s.wave(1, 55 + 60 * s.trait(1), 25, 900) + s.noise(2, 4);
      double voltage = s.wave(3, 230, 4, 600) + s.noise(4, 0.8);
      double powerFactor = 0.88 + s.noise(5, 0.08);
      double hour = (s.seconds() / 3_600) % 24;
      return List.of(
          decimal(power, 2),
          s.counter(6, 80_000_000, 20),
          decimal(voltage, 1),
          decimal(power * 1_000 / (3 * voltage * powerFactor), 2),
          decimal(powerFactor, 3),
          flag(true),
          text(hour < 8 ? "valley" : hour < 17 ? "flat" : "peak"));
    }
  },
  COMPRESSOR("pressure", "motorCurrent", "oilTemperature", "loaded", "starts", "phase") {
    @Override
    List<MetricValue> values(Signal s) {
      // Shares of the phases as measured on a metro train's compressor: off 55 %, unloaded 30 %.
      double dwell = s.dwell(1, 20);
      boolean loaded = dwell >= 0.85;
      String phase = loaded ? "loaded" : dwell >= 0.55 ? "unloaded" : "off";
      double current = loaded ? 7 : dwell >= 0.55 ? 4 : 0;
      return List.of(
          decimal(s.wave(2, 8, 0.9, 130) + s.noise(3, 0.05), 2),
          decimal(current == 0 ? 0 : current + s.noise(4, 0.3), 2),
          decimal(s.wave(5, 66, 9, 1_500) + s.noise(6, 0.4), 1),
          flag(loaded),
          s.counter(7, 40_000, 0.01),
          text(phase));
    }
  },
  PUMP("flow", "voltage", "current", "motorTemperature", "vibration", "running", "alarm") {
    @Override
    List<MetricValue> values(Signal s) {
      return List.of(
          decimal(s.wave(1, 125, 2, 90) + s.noise(2, 1), 2),
          whole(s.wave(3, 229, 9, 400) + s.noise(4, 4)),
          decimal(s.wave(5, 2.5, 0.4, 60) + s.noise(6, 0.1), 3),
          decimal(s.wave(7, 89, 1.2, 1_200) + s.noise(8, 0.1), 1),
          decimal(0.21 + s.noise(9, 0.02), 4),
          flag(s.dwell(10, 300) < 0.97),
          text(s.dwell(11, 120) < 0.98 ? "none" : "dry run"));
    }
  },
  INJECTION_MOULDING("shot", "cycle", "meltTemperature", "pressure", "moulding", "stage") {
    private static final double CYCLE_SECONDS = 24;

    @Override
    List<MetricValue> values(Signal s) {
      double position = (s.seconds() / CYCLE_SECONDS) % 1;
      String stage =
          position < 0.1
              ? "close"
              : position < 0.25
                  ? "inject"
                  : position < 0.4 ? "hold" : position < 0.9 ? "cool" : "open";
      boolean pressing = position >= 0.1 && position < 0.4;
      return List.of(
          s.counter(1, 2_000_000, 1 / CYCLE_SECONDS),
          decimal(CYCLE_SECONDS + s.noise(2, 0.6), 2),
          decimal(s.wave(3, 235, 12, 1_000) + s.noise(4, 0.5), 1),
          whole(pressing ? 1_150 + 300 * s.trait(5) + s.noise(6, 40) : s.noise(6, 5)),
          flag(s.dwell(7, 600) < 0.95),
          text(stage));
    }
  };

  private final String metricNames;

  SignalModel(String... metrics) {
    // Joined, because an enum holds only what is provably immutable.
    this.metricNames = String.join(",", metrics);
  }

  abstract List<MetricValue> values(Signal signal);

  /** Names of the metrics, in the order of {@link #values}. */
  public List<String> metrics() {
    return List.of(metricNames.split(",", -1));
  }

  /** The name in scenario files, such as {@code cnc-spindle}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
