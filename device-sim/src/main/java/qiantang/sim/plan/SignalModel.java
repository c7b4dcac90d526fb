package qiantang.sim.plan;

import static qiantang.sim.plan.Signal.decimal;
import static qiantang.sim.plan.Signal.flag;
import static qiantang.sim.plan.Signal.text;
import static qiantang.sim.plan.Signal.whole;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Kinds of machines: their metrics, and a plausible value of each at any instant. Each has the
 * metrics {@code running} and {@code state}; what draws power has {@code energy} in Wh since it was
 * built, what makes parts has {@code good} and {@code scrap}, all three exact integrals of the
 * states, see {@link Machine}. What a state is like is {@link MachineProfile}'s.
 */
public enum SignalModel {
  /**
   * A milling spindle: speed in 1/min, load in %, vibration in g, temperature in C. Load and
   * vibration rise as the tool wears, over 12 hours of cutting. Source: boschresearch/CNC_Machining
   * (Tnani et al., Procedia CIRP 107, 2022).
   */
  CNC_SPINDLE("speed", "load", "vibration", "temperature", Tail.MAKES) {
    @Override
    List<MetricValue> values(Signal s) {
      boolean running = s.running();
      double wear = s.wear(12);
      return Tail.makes(
          s,
          whole(running ? 6_000 + 4_000 * s.trait(1) + s.noise(3, 15) : 0),
          decimal(running ? s.wave(4, 42 + 8 * wear, 14, 37) + s.noise(5, 3) : 0.4, 1),
          decimal(running ? 1.2 + 0.8 * wear + s.noise(6, 0.4) : 0.05 + s.noise(6, 0.02), 3),
          decimal(s.wave(7, 31 + 18 * s.warmth(), 2, 1_800) + s.noise(8, 0.3), 1));
    }
  },
  /**
   * Voltage per phase in V, current in A, power in W, apparent power in VA, reactive power in var,
   * power factor. Power is that of the state, so that energy is its integral, and the others follow
   * from it: S = P / PF, Q = sqrt(S^2 - P^2), I = S / (3 U). Power factor 43.5 / 88 / 100 % (1 %,
   * median, 99 %): computed from Steel Industry Energy Consumption (UCI).
   */
  ENERGY_METER(
      "power", "apparent", "reactive", "voltage", "current", "powerFactor", "tariff", Tail.DRAWS) {
    @Override
    List<MetricValue> values(Signal s) {
      double power = s.machine().profile().of(s.state()).watts();
      double middle =
          switch (s.state()) {
            case OFF -> 0.46;
            case IDLE, FAULT -> 0.88;
            case SETUP -> 0.92;
            case RUN -> 0.98;
          };
      double powerFactor = Math.min(1, middle + s.noise(5, 0.03));
      double voltage = s.wave(3, 230, 4, 600) + s.noise(4, 0.8);
      double apparent = power / powerFactor;
      double hour = Math.floorMod(s.millis(), 86_400_000L) / 3_600_000.0;
      return Tail.draws(
          s,
          whole(power),
          decimal(apparent, 1),
          decimal(Math.sqrt(apparent * apparent - power * power), 1),
          decimal(voltage, 1),
          decimal(apparent / (3 * voltage), 2),
          decimal(powerFactor, 3),
          text(hour < 8 ? "valley" : hour < 17 ? "flat" : "peak"));
    }
  },
  /**
   * Pressure in bar in a band of 7 to 9, motor current in A of one phase (0 off, 4 unloaded, 7
   * loaded, 9 starting), oil temperature in C. Source: MetroPT-3, Sci Data 2022,
   * s41597-022-01877-3; the band is general knowledge.
   */
  COMPRESSOR("pressure", "motorCurrent", "oilTemperature", "delivered", "phase", Tail.DRAWS) {
    @Override
    List<MetricValue> values(Signal s) {
      double current =
          switch (s.state()) {
            case OFF, FAULT -> 0;
            case IDLE -> 4;
            case RUN -> 7;
            case SETUP -> 9;
          };
      String phase =
          switch (s.state()) {
            case OFF, FAULT -> "off";
            case IDLE -> "unloaded";
            case RUN -> "loaded";
            case SETUP -> "starting";
          };
      return Tail.draws(
          s,
          decimal(s.wave(2, 8, 0.9, 130) + s.noise(3, 0.05), 2),
          decimal(current == 0 ? 0 : current + s.noise(4, 0.3), 2),
          decimal(s.wave(5, 48 + 60 * s.warmth(), 3, 1_500) + s.noise(6, 0.4), 1),
          new MetricValue.Whole(s.machine().parts(s.millis())),
          text(phase));
    }
  },
  /**
   * A pump in a loop of water: flow in l/min, voltage in V, current in A, motor temperature in C,
   * vibration in g. 1 / 50 / 99 % of 121 / 125.7 / 127.7, 204 / 229 / 252, 0.95 / 2.54 / 3.13, 88.4
   * / 89.4 / 91.2, 0.20 / 0.21 / 0.22: computed from waico/SKAB data/anomaly-free.
   */
  PUMP("flow", "voltage", "current", "motorTemperature", "vibration", "alarm", Tail.DRAWS) {
    @Override
    List<MetricValue> values(Signal s) {
      boolean running = s.running();
      return Tail.draws(
          s,
          decimal(running ? s.wave(1, 125, 2, 90) + s.noise(2, 1) : 0, 2),
          whole(s.wave(3, 229, 14, 400) + s.noise(4, 9)),
          decimal(running ? s.wave(5, 2.3, 0.6, 60) + s.noise(6, 0.3) : 0, 3),
          decimal(s.wave(7, 30 + 59.6 * s.warmth(), 0.9, 1_200) + s.noise(8, 0.3), 1),
          decimal(running ? 0.21 + s.noise(9, 0.012) : s.noise(9, 0.002), 4),
          text(s.state() == MachineState.FAULT ? "dry run" : "none"));
    }
  },
  /**
   * Shot by shot: cycle in s, melt temperature in C (200 to 300 for PP at the nozzle), mould
   * temperature in C (50 to 90), injection pressure in bar (500 to 2,000), stage. Temperatures
   * drift after a cold start. Sources: Polymers 2024, 16(1), 54; hmcpolymers.com; immcn.com; cycle
   * and pressure are general knowledge.
   */
  INJECTION_MOULDING(
      "cycle", "meltTemperature", "mouldTemperature", "pressure", "stage", Tail.MAKES) {
    private static final long CYCLE_MILLIS = 24_000;

    @Override
    List<MetricValue> values(Signal s) {
      double position = (double) (s.machine().ranMillis(s.millis()) % CYCLE_MILLIS) / CYCLE_MILLIS;
      String stage =
          position < 0.1
              ? "close"
              : position < 0.25
                  ? "inject"
                  : position < 0.4 ? "hold" : position < 0.9 ? "cool" : "open";
      boolean pressing = s.running() && position >= 0.1 && position < 0.4;
      return Tail.makes(
          s,
          decimal(CYCLE_MILLIS / 1_000.0 + s.noise(2, 0.6), 2),
          decimal(s.wave(3, 222 + 16 * s.warmth(), 6, 1_000) + s.noise(4, 0.5), 1),
          decimal(s.wave(9, 54 + 14 * s.warmth(), 2, 700) + s.noise(10, 0.2), 1),
          whole(pressing ? 1_150 + 300 * s.trait(5) + s.noise(6, 40) : 5 + s.noise(6, 5)),
          text(s.running() ? stage : "stop"));
    }
  },
  /**
   * A robot of six joints: angle in degrees, current in A, torque in Nm, temperature in C of each.
   * Viscous friction falls by 20 % as a joint warms up, so the current sinks while the temperature
   * rises. Source: Robotics 2021, 10(3), 83 (UR3 20 %, UR5 17 %).
   */
  ROBOT(Tail.joints(), Tail.MAKES) {
    private static final double FRICTION_FALLS = 0.2;

    @Override
    List<MetricValue> values(Signal s) {
      MetricValue[] own = new MetricValue[4 * Tail.JOINTS];
      double warmth = s.warmth();
      // The whole arm moves by the time it has run, so that it stands where it stopped.
      double ran = s.machine().ranMillis(s.millis()) / 1_000.0;
      for (int joint = 0; joint < Tail.JOINTS; joint++) {
        double phase = 2 * Math.PI * (ran / (9 + 2 * joint) + s.trait(joint));
        double load = (Tail.JOINTS - joint) * (0.4 + 0.1 * StrictMath.cos(phase));
        double current =
            s.running() ? load * (1 - FRICTION_FALLS * warmth) + s.noise(joint, 0.05) : 0.1;
        own[4 * joint] = decimal((170 - 20 * joint) * StrictMath.sin(phase), 2);
        own[4 * joint + 1] = decimal(current, 3);
        own[4 * joint + 2] = decimal(current * (11 - joint), 2);
        own[4 * joint + 3] = decimal(25 + (19 - joint) * warmth + s.noise(8 + joint, 0.2), 1);
      }
      return Tail.makes(s, own);
    }
  },
  /**
   * A weaving machine of 180 picks a minute: speed in 1/min, warp tension in N, cause of the stop
   * (per 100,000 picks 20 of the warp, 15 of the weft, 6 others). Its parts are picks. Sources:
   * textilecalculations.com, loom efficiency; speeds of rapier looms 200 to 260: wikisum.wiki.
   */
  LOOM("speed", "warpTension", "stopCause", Tail.MAKES) {
    @Override
    List<MetricValue> values(Signal s) {
      double draw = 41 * s.dwell(4, 60);
      String cause = draw < 20 ? "warp" : draw < 35 ? "weft" : "other";
      return Tail.makes(
          s,
          whole(s.running() ? 180 + s.noise(1, 2) : 0),
          decimal(s.running() ? s.wave(2, 1_900, 120, 0.9) + s.noise(3, 60) : 1_450, 0),
          text(s.state() == MachineState.FAULT ? cause : "none"));
    }
  },
  /**
   * The Tennessee Eastman process: reactor pressure in kPa, level in %, temperature in C, separator
   * temperature and pressure, stripper pressure, and the disturbance (IDV 1 to 15) that is on. Base
   * values 2,705 / 75 / 120.4 / 80.1 / 2,634 / 3,102: camaramm/tennessee-eastman-challenge.
   */
  REACTOR(
      "pressure",
      "level",
      "temperature",
      "separatorTemperature",
      "separatorPressure",
      "stripperPressure",
      "agitator",
      "disturbance",
      Tail.DRAWS) {
    @Override
    List<MetricValue> values(Signal s) {
      double draw = s.dwell(20, 7_200);
      int disturbance = draw < 0.1 ? 1 + (int) (draw * 150) : 0;
      double far = disturbance == 0 ? 1 : 3;
      return Tail.draws(
          s,
          decimal(s.wave(1, 2_705, 4 * far, 5_400) + s.noise(2, 3), 1),
          decimal(s.wave(3, 75, 0.5 * far, 2_700) + s.noise(4, 0.4), 2),
          decimal(s.wave(5, 120.4, 0.04 * far, 3_600) + s.noise(6, 0.03), 3),
          decimal(s.wave(7, 80.1, 0.2 * far, 3_000) + s.noise(8, 0.1), 2),
          decimal(s.wave(9, 2_634, 4 * far, 5_400) + s.noise(10, 3), 1),
          decimal(s.wave(11, 3_102, 5 * far, 6_000) + s.noise(12, 4), 1),
          whole(s.running() ? 200 + s.noise(13, 2) : 0),
          text(disturbance == 0 ? "none" : "IDV " + disturbance));
    }
  },
  /**
   * A bearing that is listened to: statistics of a block of 1,024 samples at 2,048 Hz, see {@link
   * VibrationBlock}; rms, peak and amplitude at the outer race in g, crest factor, kurtosis, speed
   * in 1/min. The outer race wears over 500 hours. Source of the tones: mathworks/
   * RollingElementBearingFaultDiagnosis-Data, its description.
   */
  VIBRATION("rms", "peak", "crest", "kurtosis", "outerRace", "speed", "running", "state") {
    @Override
    List<MetricValue> values(Signal s) {
      double perMinute = s.running() ? 1_480 + s.noise(1, 8) : 0;
      double wear = s.wear(500);
      VibrationBlock block = VibrationBlock.of(s.seed(), s.n(), perMinute / 60, wear * wear * wear);
      return List.of(
          decimal(block.rms(), 4),
          decimal(block.peak(), 4),
          decimal(block.peak() / block.rms(), 2),
          decimal(block.kurtosis(), 3),
          decimal(block.outerRace(), 4),
          whole(perMinute),
          flag(s.running()),
          text(s.state().label()));
    }
  };

  /** What many models have in common; apart, because constants cannot see the enum's own. */
  private static final class Tail {
    static final int JOINTS = 6;
    static final String DRAWS = "running,state,energy";
    static final String MAKES = DRAWS + ",good,scrap";

    private Tail() {}

    static String joints() {
      return IntStream.rangeClosed(1, JOINTS)
          .boxed()
          .flatMap(j -> Stream.of("angle" + j, "current" + j, "torque" + j, "temperature" + j))
          .collect(Collectors.joining(","));
    }

    static List<MetricValue> draws(Signal s, MetricValue... own) {
      List<MetricValue> values = new ArrayList<>(own.length + 5);
      values.addAll(List.of(own));
      values.add(flag(s.running()));
      values.add(text(s.state().label()));
      values.add(new MetricValue.Whole(s.machine().energyWattHours(s.millis())));
      return values;
    }

    static List<MetricValue> makes(Signal s, MetricValue... own) {
      List<MetricValue> values = draws(s, own);
      values.add(new MetricValue.Whole(s.machine().good(s.millis())));
      values.add(new MetricValue.Whole(s.machine().scrap(s.millis())));
      return values;
    }
  }

  // One list for all devices of a model: one each was 430 of a device's 590 bytes.
  @SuppressWarnings("ImmutableEnumChecker") // List.of is immutable
  private final List<String> metrics;

  SignalModel(String... metrics) {
    // Some come as one text with commas.
    this.metrics = List.of(String.join(",", metrics).split(",", -1));
  }

  abstract List<MetricValue> values(Signal signal);

  /** Names of the metrics, in the order of {@link #values}. */
  public List<String> metrics() {
    return metrics;
  }

  /** The name in scenario files, such as {@code cnc-spindle}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
