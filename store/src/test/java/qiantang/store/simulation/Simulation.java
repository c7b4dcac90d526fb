package qiantang.store.simulation;

import org.jspecify.annotations.Nullable;

/** Runs worlds. Any thread, one world a thread. */
public final class Simulation {
  private Simulation() {}

  /** Runs the world of a seed. */
  public static Outcome run(long seed) {
    return run(seed, 0);
  }

  /** What is wrong with the world of a seed; null for nothing. */
  public static @Nullable String violation(long seed) {
    return run(seed).violation();
  }

  /** Runs it again to tell of its last so many events. */
  public static Outcome run(long seed, int linesMax) {
    World world = new World(seed, linesMax);
    try {
      new History(world).run();
    } catch (RuntimeException | AssertionError | StackOverflowError e) {
      world.judge.violate("something throws " + e + " at " + e.getStackTrace()[0]);
    }
    return new Outcome(
        world.judge.violation(),
        world.trace.hash(),
        world.judge.checks(),
        world.time.events(),
        world.trace.lines());
  }
}
