package qiantang.ingest.net.admission;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import qiantang.ingest.meter.Exposition;
import qiantang.ingest.net.tls.Handshakes;

/** What is counted before a session begins. Any thread. */
public final class AdmissionMeter {
  /** What becomes of a connection that comes in. */
  enum Arrival {
    /** Let in at once. */
    ADMITTED("admitted"),
    /** It waited for its turn and got it. */
    DELAYED("delayed"),
    /** Too many wait: closed after a while. */
    REFUSED("refused"),
    /** It went before its turn. */
    LEFT("left");

    private final String word;

    Arrival(String word) {
      this.word = word;
    }
  }

  private final Map<Spoken, Map<Spoken, LongAdder>> strangers = new EnumMap<>(Spoken.class);
  private final Map<Arrival, LongAdder> arrivals = new EnumMap<>(Arrival.class);
  private final Map<Handshakes.Outcome, LongAdder> handshakes =
      new EnumMap<>(Handshakes.Outcome.class);
  private final LongAdder foreignBalancers = new LongAdder();
  private final LongAdder webSockets = new LongAdder();
  private final LongAdder webSocketsRefused = new LongAdder();
  private final AtomicLong waiting = new AtomicLong();
  private final AtomicLong halfOpen = new AtomicLong();

  /** All at zero. */
  public AdmissionMeter() {
    for (Arrival arrival : Arrival.values()) {
      arrivals.put(arrival, new LongAdder());
    }
    for (Handshakes.Outcome outcome : Handshakes.Outcome.values()) {
      handshakes.put(outcome, new LongAdder());
    }
    for (Spoken expected : expected()) {
      Map<Spoken, LongAdder> counts = new EnumMap<>(Spoken.class);
      for (Spoken spoken : Spoken.values()) {
        counts.put(spoken, new LongAdder());
      }
      strangers.put(expected, counts);
    }
  }

  private static List<Spoken> expected() {
    return List.of(Spoken.MQTT, Spoken.TLS, Spoken.HTTP, Spoken.PROXY_V2);
  }

  /** Shows them. */
  public void showIn(Exposition exposition) {
    strangers.forEach(
        (expected, counts) ->
            counts.forEach(
                (spoken, count) ->
                    exposition.counter(
                        "qiantang_ingest_strangers",
                        "connections closed because they spoke something else",
                        Map.of("spoken", spoken.word(), "expected", expected.word()),
                        count::sum)));
    arrivals.forEach(
        (arrival, count) ->
            exposition.counter(
                "qiantang_ingest_arrivals",
                "connections that came in, by what became of them",
                Map.of("outcome", arrival.word),
                count::sum));
    handshakes.forEach(
        (outcome, count) ->
            exposition.counter(
                "qiantang_ingest_tls_handshakes",
                "TLS handshakes by how they ended",
                Map.of("outcome", outcome.word()),
                count::sum));
    exposition.counter(
        "qiantang_ingest_proxy_refused",
        "connections closed because they come from no load balancer of --proxy-from",
        foreignBalancers::sum);
    exposition.counter(
        "qiantang_ingest_websockets", "opened", Map.of("outcome", "opened"), webSockets::sum);
    exposition.counter(
        "qiantang_ingest_websockets",
        "opened",
        Map.of("outcome", "refused"),
        webSocketsRefused::sum);
    exposition.gauge("qiantang_ingest_waiting", "connections that wait to be let in", waiting::get);
    exposition.gauge(
        "qiantang_ingest_half_open", "connections let in and not logged in yet", halfOpen::get);
  }

  /** Somebody spoke something else. */
  void stranger(Spoken spoken, Spoken expected) {
    Map<Spoken, LongAdder> counts = strangers.get(expected);
    LongAdder count = counts == null ? null : counts.get(spoken);
    if (count == null) {
      throw new AssertionError("BUG: no counter for " + expected + " and " + spoken);
    }
    count.increment();
  }

  /** Somebody came to a port for load balancers who is none. */
  void foreignBalancer() {
    foreignBalancers.increment();
  }

  /** A TLS handshake is over. */
  public void handshake(Handshakes.Outcome outcome) {
    count(handshakes.get(outcome));
  }

  /** A WebSocket was opened, or refused. */
  public void webSocket(boolean isOpened) {
    (isOpened ? webSockets : webSocketsRefused).increment();
  }

  void arrived(Arrival arrival) {
    count(arrivals.get(arrival));
  }

  void waiting(int more) {
    waiting.addAndGet(more);
  }

  void halfOpen(int more) {
    halfOpen.addAndGet(more);
  }

  private static void count(@Nullable LongAdder counter) {
    if (counter == null) {
      throw new AssertionError("BUG: an outcome without a counter");
    }
    counter.increment();
  }
}
