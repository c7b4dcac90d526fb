package qiantang.sim.course;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import qiantang.sim.fleet.Disturbance;
import qiantang.sim.fleet.Figures;
import qiantang.sim.outcome.Count;

/**
 * What was done to a run on purpose.
 *
 * @param turns by phase or fault, in the order in which they first came; at most one for each of
 *     the scenario's phases and faults
 * @param connections how many met what
 * @param copies messages sent that say again what the one before said
 * @param network what the proxy did, or null without one
 */
public record Disturbances(
    List<Repeated> turns,
    Figures.Disturbed connections,
    long copies,
    Network.@Nullable Counts network) {
  public static final Disturbances NONE =
      new Disturbances(List.of(), Figures.Disturbed.NONE, 0, null);

  /**
   * What came once or more for one reason.
   *
   * @param name of the phase or fault
   * @param share of the connections, each time
   * @param of all connections of the run
   * @param chosen by the scenario and its seed, of all times together; who was away at that moment
   *     was not met
   * @param firstMillis after the run began
   */
  public record Repeated(
      String name,
      Disturbance.Kind kind,
      double share,
      int of,
      long chosen,
      long times,
      long firstMillis,
      long lastMillis) {

    Repeated again(int more, long millis) {
      return new Repeated(name, kind, share, of, chosen + more, times + 1, firstMillis, millis);
    }

    /** Such as {@code churn: 2 % of 50 leave, 3 times, from 61 s to 81 s: 3 in all}. */
    public String text() {
      String when =
          times == 1
              ? "at " + firstMillis / 1_000 + " s"
              : times
                  + " times, from "
                  + firstMillis / 1_000
                  + " s to "
                  + lastMillis / 1_000
                  + " s";
      String percent = String.format(Locale.ROOT, "%.4f", 100 * share).replaceAll("\\.?0+$", "");
      return "%s: %s %% of %d %s, %s: %d in all"
          .formatted(name, percent, of, kind.phrase(), when, chosen);
    }
  }

  /** The same with the copies among the messages sent. */
  public Disturbances withCopies(long sent) {
    return new Disturbances(turns, connections, sent, network);
  }

  /** What is to be said in lines; none where nothing was done. */
  public List<String> lines() {
    List<String> lines = new ArrayList<>();
    turns.forEach(turn -> lines.add(turn.text()));
    if (!turns.isEmpty()) {
      lines.add("connections: " + connections.text());
    }
    if (network != null) {
      lines.add(
          "network: %s through it, %d reset, %d blackholed"
              .formatted(
                  Count.of(network.accepted(), "connection"),
                  network.reset(),
                  network.blackholed()));
    }
    if (copies > 0) {
      lines.add("messages: " + copies + " sent twice");
    }
    return List.copyOf(lines);
  }
}
