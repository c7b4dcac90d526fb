package qiantang.sim.plan;

/**
 * How machines of a model spend their time.
 *
 * @param partsPerHour of running time
 * @param idealPartsPerHour what could be made if nothing slowed it
 * @param partsPerScrap of so many parts one is scrap
 */
public record MachineProfile(
    State off,
    State idle,
    State setup,
    State run,
    State fault,
    int partsPerHour,
    int idealPartsPerHour,
    int partsPerScrap) {

  /**
   * One state of a profile.
   *
   * @param meanSeconds how long it lasts
   * @param weight how often it follows on running
   * @param watts what the machine draws in it
   */
  public record State(double meanSeconds, int weight, int watts) {}

  public State of(MachineState state) {
    return switch (state) {
      case OFF -> off;
      case IDLE -> idle;
      case SETUP -> setup;
      case RUN -> run;
      case FAULT -> fault;
    };
  }

  /** What follows on a state; {@code draw} is in [0, 1). */
  MachineState after(MachineState state, double draw) {
    return switch (state) {
      case OFF -> MachineState.SETUP;
      case IDLE, SETUP, FAULT -> MachineState.RUN;
      case RUN -> afterRun(draw);
    };
  }

  private MachineState afterRun(double draw) {
    double left = draw * (off.weight + idle.weight + setup.weight + fault.weight);
    left -= off.weight;
    if (left < 0) {
      return MachineState.OFF;
    }
    left -= idle.weight;
    if (left < 0) {
      return MachineState.IDLE;
    }
    return left < setup.weight ? MachineState.SETUP : MachineState.FAULT;
  }

  /** The profile of a model; where no source is named, the figures are general knowledge. */
  static MachineProfile of(SignalModel model) {
    return switch (model) {
      case CNC_SPINDLE -> cncSpindle();
      case ROBOT -> robot();
      case INJECTION_MOULDING -> injectionMoulding();
      case LOOM -> loom();
      case REACTOR -> reactor();
      case COMPRESSOR -> compressor();
      case ENERGY_METER -> energyMeter();
      case PUMP -> pump();
      case VIBRATION -> vibration();
    };
  }

  // Parts of 90 s, a tool change or loading now and then, a shift of six hours off.
  private static MachineProfile cncSpindle() {
    return new MachineProfile(
        new State(21_600, 1, 150),
        new State(180, 30, 1_200),
        new State(600, 10, 2_000),
        new State(1_200, 0, 9_500),
        new State(900, 3, 1_000),
        40,
        42,
        50);
  }

  // A welding cell: a part in 45 s.
  private static MachineProfile robot() {
    return new MachineProfile(
        new State(14_400, 1, 60),
        new State(90, 40, 300),
        new State(900, 3, 350),
        new State(900, 0, 2_400),
        new State(240, 8, 300),
        80,
        84,
        200);
  }

  // A cycle of 24 s is 150 shots an hour; a change of the mould takes an hour.
  private static MachineProfile injectionMoulding() {
    return new MachineProfile(
        new State(28_800, 1, 300),
        new State(120, 20, 9_000),
        new State(3_600, 2, 12_000),
        new State(3_600, 0, 32_000),
        new State(600, 6, 9_000),
        150,
        156,
        80);
  }

  // 180 picks a minute; per 100,000 picks 20 warp stops of 0.85 min, 15 weft stops of 0.30 and 6
  // others of 0.12: one of 32.5 s each 813 s (textilecalculations.com, loom efficiency).
  private static MachineProfile loom() {
    return new MachineProfile(
        new State(14_400, 1, 20),
        new State(300, 4, 400),
        new State(5_400, 2, 500),
        new State(100_000.0 / 41 / 3, 0, 2_600),
        new State((20 * 0.85 + 15 * 0.30 + 6 * 0.12) * 60 / 41, 410, 400),
        10_800,
        10_800,
        5_000);
  }

  // Continuous: it runs for days.
  private static MachineProfile reactor() {
    return new MachineProfile(
        new State(43_200, 1, 2_000),
        new State(3_600, 2, 20_000),
        new State(7_200, 1, 45_000),
        new State(86_400, 0, 140_000),
        new State(1_800, 4, 30_000),
        14,
        15,
        400);
  }

  // Shares of the time as measured on a metro train's compressor (MetroPT-3, Sci Data 2022,
  // s41597-022-01877-3): off 54.65 %, unloaded 30.15 %, loaded 15.20 %, starting 0.003 %.
  private static MachineProfile compressor() {
    return new MachineProfile(
        new State(431, 50, 0),
        new State(238, 50, 2_600),
        new State(0.5, 0, 6_000),
        new State(60, 0, 4_600),
        new State(600, 0, 0),
        600,
        600,
        1_000_000);
  }

  // kWh per 15 min of a steel works: 1 % 2.59, median 4.57, 99 % 122.72, mean 27 (UCI, Steel
  // Industry Energy Consumption): 10.4, 18.3, 490.9 and about 109 kW.
  private static MachineProfile energyMeter() {
    return new MachineProfile(
        new State(14_400, 1, 10_400),
        new State(5_400, 12, 18_300),
        new State(600, 2, 60_000),
        new State(1_500, 0, 490_900),
        new State(900, 1, 18_300),
        4,
        4,
        100);
  }

  private static MachineProfile pump() {
    return new MachineProfile(
        new State(7_200, 1, 0),
        new State(300, 4, 15),
        new State(60, 1, 300),
        new State(14_400, 0, 580),
        new State(600, 2, 0),
        7_540, // litres: 125.7 a minute
        7_660,
        1_000_000);
  }

  private static MachineProfile vibration() {
    return new MachineProfile(
        new State(14_400, 1, 0),
        new State(300, 6, 0),
        new State(600, 2, 0),
        new State(5_400, 0, 0),
        new State(900, 2, 0),
        60,
        60,
        1_000);
  }
}
