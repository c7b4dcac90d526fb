package qiantang.sim.netem;

import java.time.Duration;

/** What befalls one connection. */
public sealed interface Fate {

  /** Nothing but delay. */
  record Unharmed() implements Fate {}

  /** From the beginning its bytes vanish both ways, without an end: a firewall that drops. */
  record Blackhole() implements Fate {}

  /** After a while the client is told the end and the server is not: a NAT that forgot. */
  record HalfOpen(Duration after) implements Fate {}

  /** After a while both ends are told RST: a load balancer that restarts. */
  record Reset(Duration after) implements Fate {}
}
