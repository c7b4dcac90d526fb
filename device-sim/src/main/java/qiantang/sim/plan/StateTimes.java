package qiantang.sim.plan;

/** How long a machine was in each state within an interval, in milliseconds. */
public record StateTimes(long off, long idle, long setup, long run, long fault) {

  public long total() {
    return off + planned();
  }

  /** The time in which it was meant to run: all but when it was off. */
  public long planned() {
    return idle + setup + run + fault;
  }

  public long of(MachineState state) {
    return switch (state) {
      case OFF -> off;
      case IDLE -> idle;
      case SETUP -> setup;
      case RUN -> run;
      case FAULT -> fault;
    };
  }

  StateTimes minus(StateTimes other) {
    return new StateTimes(
        off - other.off,
        idle - other.idle,
        setup - other.setup,
        run - other.run,
        fault - other.fault);
  }

  StateTimes plus(StateTimes other, long times) {
    return new StateTimes(
        off + other.off * times,
        idle + other.idle * times,
        setup + other.setup * times,
        run + other.run * times,
        fault + other.fault * times);
  }
}
