package qiantang.store.health;

import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** How many devices are in which state on each axis, and for which reasons. Not thread-safe. */
public final class HealthCounts {
  // The reasons are words of ours and those of refusals, ends and deaths: some dozens.
  private static final int REASONS_MAX = 256;

  private long total;
  private long machines;
  private final Map<Axis.State, Long> states = new EnumMap<>(Axis.State.class);
  private final Map<Reasoned, Long> reasons = new TreeMap<>(Reasoned.ORDER);

  /** A state with its reason. */
  public record Reasoned(Axis axis, Axis.State state, String reason) {
    static final Comparator<Reasoned> ORDER =
        Comparator.comparing(Reasoned::axis)
            .thenComparing(Reasoned::state)
            .thenComparing(Reasoned::reason);
  }

  /** A reason with how many devices have it. */
  public record Reason(Reasoned why, long count) {}

  /** No device. */
  public HealthCounts() {}

  /** Counts a device. */
  public void add(Health health) {
    addStates(health);
    for (Axis axis : Axis.values()) {
      Health.On on = health.on(axis);
      reason(new Reasoned(axis, on.state(), on.reason()), 1);
    }
  }

  /** Counts a device, without its reasons. */
  public void addStates(Health health) {
    total++;
    boolean isActive = health.on(Axis.LIFECYCLE).state() == Axis.State.ACTIVE;
    machines += isActive && !health.evidence().isGateway() ? 1 : 0;
    for (Axis axis : Axis.values()) {
      add(health.on(axis).state(), 1);
    }
  }

  /** Adds others. */
  public void add(HealthCounts other) {
    total += other.total;
    machines += other.machines;
    other.states.forEach(this::add);
    other.reasons.forEach(this::reason);
  }

  /** So many more devices are in a state: for who restores or invents counts. */
  public void add(Axis.State state, long count) {
    if (count != 0) {
      states.merge(state, count, Long::sum);
    }
  }

  /** So many more devices have a reason. */
  public void reason(Reasoned why, long count) {
    if (count != 0 && (reasons.size() < REASONS_MAX || reasons.containsKey(why))) {
      reasons.merge(why, count, Long::sum);
    }
  }

  /** So many more devices there are. */
  public void addTotal(long count) {
    total += count;
  }

  /** So many more machines there are. */
  public void addMachines(long count) {
    machines += count;
  }

  /** The same without reasons. */
  public HealthCounts withoutReasons() {
    HealthCounts counts = new HealthCounts();
    counts.total = total;
    counts.machines = machines;
    counts.states.putAll(states);
    return counts;
  }

  /** How many devices there are. */
  public long total() {
    return total;
  }

  /**
   * How many are connected machines as the plan counts them: something came of each, none is
   * disabled, and none is a gateway, which only speaks for machines.
   */
  public long machines() {
    return machines;
  }

  /** How many are in a state. */
  public long of(Axis.State state) {
    return states.getOrDefault(state, 0L);
  }

  /** All reasons. */
  public List<Reason> reasons() {
    return reasons.entrySet().stream()
        .map(entry -> new Reason(entry.getKey(), entry.getValue()))
        .toList();
  }

  /** The reasons of trouble, most frequent first: what is online, fresh and good needs none. */
  public List<Reason> topReasons(int max) {
    return reasons().stream()
        .filter(reason -> isTrouble(reason.why().state()))
        .sorted(Comparator.comparingLong(Reason::count).reversed())
        .limit(max)
        .toList();
  }

  private static boolean isTrouble(Axis.State state) {
    return switch (state) {
      case REGISTERED, ACTIVE, ONLINE, FRESH, GOOD -> false;
      case NEVER_CONNECTED, DISABLED, OFFLINE, UNKNOWN, LATE, SILENT, STALE, SUSPECT, BAD -> true;
    };
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof HealthCounts counts
        && total == counts.total
        && machines == counts.machines
        && states.equals(counts.states)
        && reasons.equals(counts.reasons);
  }

  @Override
  public int hashCode() {
    return states.hashCode();
  }

  @Override
  public String toString() {
    return total + " (" + machines + " machines) " + states + " " + reasons;
  }
}
