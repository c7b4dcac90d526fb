package qiantang.sim.worker;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import qiantang.sim.fleet.Disturbance;
import qiantang.sim.outcome.Outcome;
import qiantang.sim.wire.Addresses;
import qiantang.sim.wire.Servers;

/** What a coordinator tells a worker, in the order of the declarations. */
sealed interface Order {

  /**
   * What is to be sent, and which part of it.
   *
   * @param name of the scenario, for messages
   * @param scenario the text of its file
   * @param worker its number; it sends for the publishers whose index modulo {@code workers} it is
   * @param mqtt addresses, see {@link qiantang.sim.wire.Addresses#parse}; null where all use TLS
   * @param mqtts addresses of MQTT over TLS; null where nobody uses it
   * @param authorities PEM, who may sign their certificates; null for those that Java knows
   * @param connectPerSecond of this worker alone
   * @param sources addresses to connect from
   */
  record Setup(
      String name,
      String scenario,
      String runId,
      int worker,
      int workers,
      @Nullable String mqtt,
      @Nullable String mqtts,
      @Nullable String authorities,
      int connectPerSecond,
      int loops,
      List<String> sources)
      implements Order {

    /** Of a coordinator that has looked its hosts up already. */
    Outcome<Servers> servers() {
      return switch (Addresses.parseOptional("--mqtt", mqtt)) {
        case Outcome.Failed<Optional<Addresses>> failed -> failed.widen();
        case Outcome.Done<Optional<Addresses>>(Optional<Addresses> plain) ->
            switch (Addresses.parseOptional("--mqtts", mqtts)) {
              case Outcome.Failed<Optional<Addresses>> failed -> failed.widen();
              case Outcome.Done<Optional<Addresses>>(Optional<Addresses> secured) ->
                  Servers.of(plain.orElse(null), secured.orElse(null), authorities);
            };
      };
    }
  }

  /** The tokens of its next publishers, in their order. */
  record Tokens(List<String> tokens) implements Order {

    /** Leaves the tokens out. */
    @Override
    public String toString() {
      return tokens.size() + " tokens";
    }
  }

  record Connect() implements Order {}

  /**
   * The plan begins.
   *
   * @param reservedNanos nothing that is planned later is sent yet, in ns of the plan's time
   */
  record Begin(long startMillis, long reservedNanos) implements Order {}

  /** So far it may send now. */
  record Reserve(long reservedNanos) implements Order {}

  /** Times of the back-off in milliseconds. */
  record Disturb(Disturbance.Kind kind, double share, long seed, long baseMillis, long capMillis)
      implements Order {}

  /** Asks for the ledgers of some of its publishers so far, by their order. */
  record Ask(int from, int to) implements Order {}

  record Stop() implements Order {}
}
