package qiantang.sim.plan;

import java.util.Arrays;

/**
 * A week of a machine, state after state: a semi-Markov process, in which the next state is drawn
 * by weights and how long it lasts is drawn by its mean. Week follows week alike, so that any
 * instant is found by a binary search, and so is how long each state had lasted until then:
 * exactly, in milliseconds, however long ago the beginning is. Immutable; about 20 bytes a change
 * of state.
 */
final class MachineTimeline {
  static final long WEEK_MILLIS = 7 * 86_400_000L;

  /** Dwell times are exponential, but no stop lasts no time, and none outlasts its shift. */
  private static final double DWELL_MIN = 0.1;

  private static final double DWELL_MAX = 4;

  private static final MachineState[] STATES = MachineState.values();

  private final int[] begins;
  private final byte[] states;

  /** By change of state, then by state: milliseconds since the beginning of the week. */
  private final int[] before;

  private final StateTimes week;

  private MachineTimeline(int[] begins, byte[] states) {
    this.begins = begins;
    this.states = states;
    before = new int[begins.length * STATES.length];
    for (int i = 1; i < begins.length; i++) {
      System.arraycopy(before, (i - 1) * STATES.length, before, i * STATES.length, STATES.length);
      before[i * STATES.length + states[i - 1]] += begins[i] - begins[i - 1];
    }
    week = within(begins.length - 1, WEEK_MILLIS);
  }

  /** Draws a week. */
  static MachineTimeline of(MachineProfile profile, long seed) {
    int[] begins = new int[64];
    byte[] states = new byte[64];
    int count = 0;
    MachineState state = MachineState.RUN;
    double at = 0;
    while (at < WEEK_MILLIS) {
      if (count == begins.length) {
        begins = Arrays.copyOf(begins, 2 * count);
        states = Arrays.copyOf(states, 2 * count);
      }
      begins[count] = (int) at;
      states[count] = (byte) state.number();
      double dwell = -StrictMath.log(1 - Mix.unit(seed, 2L * count));
      double factor = Math.clamp(dwell, DWELL_MIN, DWELL_MAX);
      at += Math.max(1, Math.round(factor * profile.of(state).meanSeconds() * 1_000));
      state = profile.after(state, Mix.unit(seed, 2L * count + 1));
      count++;
    }
    return new MachineTimeline(Arrays.copyOf(begins, count), Arrays.copyOf(states, count));
  }

  MachineState stateAt(long millis) {
    return STATES[states[indexAt(Math.floorMod(millis, WEEK_MILLIS))]];
  }

  /** How long each state lasted from time 0 on; negative before it. */
  StateTimes until(long millis) {
    long inWeek = Math.floorMod(millis, WEEK_MILLIS);
    return within(indexAt(inWeek), inWeek).plus(week, Math.floorDiv(millis, WEEK_MILLIS));
  }

  private StateTimes within(int index, long inWeek) {
    int at = index * STATES.length;
    long rest = inWeek - begins[index];
    int state = states[index];
    return new StateTimes(
        before[at] + (state == 0 ? rest : 0),
        before[at + 1] + (state == 1 ? rest : 0),
        before[at + 2] + (state == 2 ? rest : 0),
        before[at + 3] + (state == 3 ? rest : 0),
        before[at + 4] + (state == 4 ? rest : 0));
  }

  private int indexAt(long inWeek) {
    int found = Arrays.binarySearch(begins, Math.toIntExact(inWeek));
    return found >= 0 ? found : -found - 2;
  }

  /** Changes of state in a week. */
  int changes() {
    return begins.length;
  }
}
