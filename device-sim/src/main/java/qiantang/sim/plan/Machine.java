package qiantang.sim.plan;

import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * One machine: its state, parts and energy at any instant, as exact integrals of the states, so
 * that availability, quality and energy of any interval can be computed and compared with what a
 * system answers. Instants are milliseconds after the beginning of the run and may be negative.
 */
public final class Machine {
  /** Weeks of each model; machines that share one are shifted against each other. */
  private static final int WEEKS = 8;

  /** Counters tell of a year before the run began, so that they do not begin at nothing. */
  private static final long LIFE_MILLIS = 52 * MachineTimeline.WEEK_MILLIS;

  private static final long MILLIS_PER_HOUR = 3_600_000;

  private static final long OF_WEEK = 901;
  private static final long OF_SHIFT = 902;
  private static final long OF_SCRAP = 0x5C4A_9000_0000_0001L;

  private final MachineProfile profile;
  private final MachineTimeline timeline;
  private final long seed;
  private final long shiftMillis;

  private Machine(MachineProfile profile, MachineTimeline timeline, long seed) {
    this.profile = profile;
    this.timeline = timeline;
    this.seed = seed;
    shiftMillis =
        LIFE_MILLIS + Math.floorMod(Mix.bits(seed, OF_SHIFT), MachineTimeline.WEEK_MILLIS);
  }

  /** Drawn when the first machine is asked for: 3 MB in all. */
  private static final class Weeks {
    static final Map<SignalModel, MachineProfile> PROFILES = profiles();
    static final Map<SignalModel, List<MachineTimeline>> TIMELINES = timelines();

    private static Map<SignalModel, MachineProfile> profiles() {
      Map<SignalModel, MachineProfile> profiles = new EnumMap<>(SignalModel.class);
      for (SignalModel model : SignalModel.values()) {
        profiles.put(model, MachineProfile.of(model));
      }
      return Collections.unmodifiableMap(profiles);
    }

    private static Map<SignalModel, List<MachineTimeline>> timelines() {
      Map<SignalModel, List<MachineTimeline>> timelines = new EnumMap<>(SignalModel.class);
      PROFILES.forEach(
          (model, profile) -> {
            List<MachineTimeline> weeks = new ArrayList<>();
            for (int week = 0; week < WEEKS; week++) {
              weeks.add(MachineTimeline.of(profile, Mix.bits(model.label().hashCode(), week)));
            }
            timelines.put(model, List.copyOf(weeks));
          });
      return Collections.unmodifiableMap(timelines);
    }
  }

  /** The machine that a device of this seed is. */
  public static Machine of(SignalModel model, long seed) {
    int week = Math.toIntExact(Math.floorMod(Mix.bits(seed, OF_WEEK), (long) WEEKS));
    return new Machine(
        Objects.requireNonNull(Weeks.PROFILES.get(model)),
        Objects.requireNonNull(Weeks.TIMELINES.get(model)).get(week),
        seed);
  }

  public MachineProfile profile() {
    return profile;
  }

  public MachineState state(long millis) {
    return timeline.stateAt(millis + shiftMillis);
  }

  /** How long it was in each state from {@code fromMillis} until before {@code toMillis}. */
  public StateTimes times(long fromMillis, long toMillis) {
    return until(toMillis).minus(until(fromMillis));
  }

  /** How long it has run in its life, in milliseconds. */
  public long ranMillis(long millis) {
    return until(millis).run();
  }

  /** The share of the time before an instant in which it ran: how warm it is. */
  double warmth(long millis, long backMillis) {
    return (double) (ranMillis(millis) - ranMillis(millis - backMillis)) / backMillis;
  }

  /** Parts made in its life: one each time it has run so long as one takes. */
  public long parts(long millis) {
    return Math.floorDiv(ranMillis(millis) * profile.partsPerHour(), MILLIS_PER_HOUR);
  }

  /** Of those, the scrap: one at a drawn place in each so many parts. */
  public long scrap(long millis) {
    long parts = parts(millis);
    long group = Math.floorDiv(parts, (long) profile.partsPerScrap());
    long place = (long) (Mix.unit(seed ^ OF_SCRAP, group) * profile.partsPerScrap());
    return group + (Math.floorMod(parts, (long) profile.partsPerScrap()) > place ? 1 : 0);
  }

  public long good(long millis) {
    return parts(millis) - scrap(millis);
  }

  /** What it has used in its life: the power of each state for as long as that lasted. */
  public long energyMilliJoules(long millis) {
    StateTimes times = until(millis);
    long energy = 0;
    for (MachineState state : MachineState.values()) {
      energy += times.of(state) * profile.of(state).watts();
    }
    return energy;
  }

  /** The same in whole watt-hours, as the metric {@code energy} says it. */
  public long energyWattHours(long millis) {
    return Math.floorDiv(energyMilliJoules(millis), MILLIS_PER_HOUR);
  }

  /** How effective it was from {@code fromMillis} until before {@code toMillis}. */
  public Oee oee(long fromMillis, long toMillis) {
    return new Oee(
        times(fromMillis, toMillis),
        parts(toMillis) - parts(fromMillis),
        good(toMillis) - good(fromMillis),
        profile.idealPartsPerHour());
  }

  private StateTimes until(long millis) {
    return timeline.until(millis + shiftMillis);
  }
}
