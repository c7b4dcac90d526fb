package qiantang.sim.course;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.PriorityQueue;
import qiantang.sim.fleet.Backoff;
import qiantang.sim.fleet.Disturbance;
import qiantang.sim.fleet.Lot;
import qiantang.sim.plan.FleetSpec;
import qiantang.sim.plan.Mix;
import qiantang.sim.plan.Phase;
import qiantang.sim.plan.Scenario;

/**
 * The time table of a scenario's disturbances: a pure function of the scenario and its seed. Each
 * turn has a seed of its own, so that it meets other connections than the one before. Turns are
 * computed as they are asked for; a table holds one entry for each phase and fault.
 */
public final class Course {
  /** Faults without a time of their own come so often; in runs below two minutes four times. */
  private static final Duration FAULT_EVERY_MAX = Duration.ofSeconds(30);

  private static final int FAULTS_OF_A_SHORT_RUN = 4;

  /** Who has left is away for up to so long: a gateway that is switched off and on. */
  private static final Backoff AWAY = new Backoff(Duration.ofSeconds(2), Duration.ofSeconds(5));

  /** Different draws from one seed. */
  private static final long OF_COURSE = 0xC0E5_0000_0000_0006L;

  private final List<Recurrence> recurrences;

  private Course(List<Recurrence> recurrences) {
    this.recurrences = List.copyOf(recurrences);
  }

  /** The same kind of thing to a share of all, {@code times} times, each with its own seed. */
  private record Recurrence(
      String name,
      Disturbance.Kind kind,
      double share,
      int of,
      Backoff backoff,
      long seed,
      long firstNanos,
      long everyNanos,
      long times) {

    Turn turn(long number) {
      int chosen = Math.toIntExact(Lot.inAll(share, of, number + 1) - Lot.inAll(share, of, number));
      Lot lot = new Lot(Mix.bits(seed, number), chosen, of);
      Disturbance disturbance = new Disturbance(kind, lot, backoff);
      return new Turn(firstNanos + number * everyNanos, name, share, disturbance);
    }
  }

  /** What is to happen when, by the scenario. */
  public static Course of(Scenario scenario) {
    List<Recurrence> all = new ArrayList<>();
    int publishers = publishers(scenario);
    long beginNanos = 0;
    for (int number = 0; number < scenario.phases().size(); number++) {
      Phase phase = scenario.phases().get(number);
      long seed = Mix.bits(scenario.seed() ^ OF_COURSE, number);
      switch (phase.kind()) {
        case CHURN ->
            all.add(recurring(phase, Disturbance.Kind.LEAVE, AWAY, publishers, seed, beginNanos));
        case STORM ->
            all.add(
                recurring(
                    phase, Disturbance.Kind.DROP, Backoff.PROMPT, publishers, seed, beginNanos));
        case HOLD, RAMP, BURST, SOAK -> {
          // Their load is in the plan, and nothing happens to connections.
        }
      }
      beginNanos += phase.duration().toNanos();
    }
    addFaults(scenario, publishers, all);
    return new Course(all);
  }

  private static int publishers(Scenario scenario) {
    return scenario.fleets().stream().mapToInt(FleetSpec::count).sum();
  }

  private static Recurrence recurring(
      Phase phase, Disturbance.Kind kind, Backoff backoff, int of, long seed, long beginNanos) {
    long every = phase.every().toNanos();
    long times = Math.ceilDiv(phase.duration().toNanos(), every);
    return new Recurrence(
        phase.name(), kind, phase.share(), of, backoff, seed, beginNanos, every, times);
  }

  /** How often a fault without a time of its own comes, and how many times. */
  private record Rhythm(long everyNanos, long times) {
    static Rhythm of(Scenario scenario) {
      long run = scenario.duration().toNanos();
      long every = Math.min(FAULT_EVERY_MAX.toNanos(), run / FAULTS_OF_A_SHORT_RUN);
      return new Rhythm(every, run / every);
    }

    Recurrence of(String name, Disturbance.Kind kind, double share, int of, long seed, long first) {
      return new Recurrence(name, kind, share, of, Backoff.PROMPT, seed, first, everyNanos, times);
    }
  }

  private static void addFaults(Scenario scenario, int of, List<Recurrence> all) {
    Rhythm rhythm = Rhythm.of(scenario);
    double slow = scenario.faults().slowReaders();
    if (slow > 0) {
      // Unread for two thirds of each stretch, and all read again before the plan ends.
      long seed = Mix.bits(scenario.seed() ^ OF_COURSE, -1);
      String name = "slowReaders";
      long again = rhythm.everyNanos() * 2 / 3;
      all.add(rhythm.of(name, Disturbance.Kind.STOP_READING, slow, of, seed, 0));
      all.add(rhythm.of(name, Disturbance.Kind.READ_AGAIN, slow, of, seed, again));
    }
    double halfOpen = scenario.faults().halfOpen();
    if (halfOpen > 0) {
      long seed = Mix.bits(scenario.seed() ^ OF_COURSE, -2);
      long middle = rhythm.everyNanos() / 2;
      all.add(rhythm.of("halfOpen", Disturbance.Kind.LEAVE_HALF_OPEN, halfOpen, of, seed, middle));
    }
  }

  /**
   * How many dead connections there may be at most beside those that are in use: each time others
   * are left half open, and stay so until the same publisher leaves another one.
   */
  public static long halfOpenMax(Scenario scenario) {
    int of = publishers(scenario);
    return Math.min(of, Lot.inAll(scenario.faults().halfOpen(), of, Rhythm.of(scenario).times()));
  }

  /** How many turns there are. */
  public long size() {
    return recurrences.stream().mapToLong(Recurrence::times).sum();
  }

  /** All turns in the order of their times; at one time in the order of the scenario. */
  public Iterator<Turn> turns() {
    return new Turns(recurrences);
  }

  /** A recurrence and its turn that is next. */
  private record Cursor(Recurrence of, int order, long number, Turn turn) {}

  private static final class Turns implements Iterator<Turn> {
    private final PriorityQueue<Cursor> next =
        new PriorityQueue<>(
            Comparator.comparingLong((Cursor cursor) -> cursor.turn().atNanos())
                .thenComparingInt(Cursor::order));

    Turns(List<Recurrence> recurrences) {
      for (Recurrence each : recurrences) {
        add(each, next.size(), 0);
      }
    }

    private void add(Recurrence of, int order, long number) {
      if (number < of.times()) {
        next.add(new Cursor(of, order, number, of.turn(number)));
      }
    }

    @Override
    public boolean hasNext() {
      return !next.isEmpty();
    }

    @Override
    public Turn next() {
      Cursor first = next.poll();
      if (first == null) {
        throw new NoSuchElementException("the course has ended");
      }
      add(first.of(), first.order(), first.number() + 1);
      return first.turn();
    }
  }
}
