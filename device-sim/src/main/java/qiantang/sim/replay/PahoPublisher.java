package qiantang.sim.replay;

import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.eclipse.paho.client.mqttv3.IMqttActionListener;
import org.eclipse.paho.client.mqttv3.IMqttToken;
import org.eclipse.paho.client.mqttv3.MqttAsyncClient;
import org.eclipse.paho.client.mqttv3.MqttConnectOptions;
import org.eclipse.paho.client.mqttv3.MqttException;
import org.eclipse.paho.client.mqttv3.persist.MemoryPersistence;
import org.jspecify.annotations.Nullable;

/**
 * Publishes in order with QoS 1 and some messages in flight. After a connection is lost, another
 * client sends all that was not acknowledged again, in the old order, before anything new. Paho's
 * own reconnecting would not do: a message whose publish fails with 32102 while the connection
 * breaks stays in its session without a token, and is sent again at every later reconnection, after
 * rows that were to replace it. One thread publishes; Paho's own acknowledge.
 */
final class PahoPublisher implements AutoCloseable {
  private static final int IN_FLIGHT_MAX = 20;

  /** Paho's own limit is above ours: it frees a place a little later than it reports it. */
  private static final int PAHO_IN_FLIGHT_MAX = 4 * IN_FLIGHT_MAX;

  private static final Duration SILENCE_MAX = Duration.ofSeconds(60);
  private static final int CONNECT_SECONDS_MAX = 20;
  private static final int KEEP_ALIVE_SECONDS = 60;
  private static final long RETRY_MILLIS = 100;

  private static final Duration TELL_EVERY = Duration.ofSeconds(5);

  private static final long CLOSE_MILLIS_MAX = 5_000;

  private final String uri;
  private final String clientId;
  private final String topic;
  private final Consumer<String> tell;
  private final MqttConnectOptions options = new MqttConnectOptions();
  private MqttAsyncClient client;

  /** Why the last connection did not come about, after a colon; nothing while all did. */
  private String why = "";

  private long toldNanos = System.nanoTime();

  /** Guarded by this, as all below. In the order in which they are to be stored. */
  private final Set<Message> unacked = new LinkedHashSet<>();

  private long acked;
  private long lastAckNanos = System.nanoTime();

  /** One of a kind: two rows may have the same bytes. */
  private static final class Message {
    private final byte[] payload;

    Message(byte[] payload) {
      this.payload = payload;
    }
  }

  private PahoPublisher(
      String uri, String clientId, String token, String topic, Consumer<String> tell)
      throws MqttException {
    this.tell = tell;
    this.uri = uri;
    this.clientId = clientId;
    this.topic = topic;
    options.setUserName(token);
    options.setCleanSession(true); // what is to be sent again is here
    options.setMaxInflight(PAHO_IN_FLIGHT_MAX);
    options.setConnectionTimeout(CONNECT_SECONDS_MAX);
    options.setKeepAliveInterval(KEEP_ALIVE_SECONDS);
    client = connected();
  }

  /**
   * Connects, or throws.
   *
   * @param tell hears every few seconds of a connection that is lost and does not come back
   */
  static PahoPublisher connect(
      InetSocketAddress address, String clientId, String token, String topic, Consumer<String> tell)
      throws MqttException {
    String host = address.getHostString();
    String literal = host.contains(":") ? "[" + host + "]" : host;
    return new PahoPublisher(
        "tcp://" + literal + ":" + address.getPort(), clientId, token, topic, tell);
  }

  /** Why there is no connection, in words. */
  static String cause(MqttException e) {
    return e.getCause() instanceof ConnectException
        ? "the connection was refused, nobody listens there"
        : String.valueOf(e.getCause() == null ? e.getMessage() : e.getCause().getMessage());
  }

  private MqttAsyncClient connected() throws MqttException {
    MqttAsyncClient fresh = new MqttAsyncClient(uri, clientId, new MemoryPersistence());
    try {
      fresh.connect(options).waitForCompletion();
    } catch (MqttException e) {
      discard(fresh);
      throw e;
    }
    return fresh;
  }

  /**
   * Sends when there is room, waiting for a lost connection to come back.
   *
   * @return null when sent, else why not
   */
  @Nullable String publish(byte[] payload) throws InterruptedException {
    if (!await(IN_FLIGHT_MAX - 1)) {
      return "no acknowledgement for " + SILENCE_MAX.toSeconds() + " s" + why;
    }
    Message message = new Message(payload);
    synchronized (this) {
      unacked.add(message);
    }
    try {
      send(message);
      return null;
    } catch (MqttException e) {
      return sendAgain() ? null : "cannot publish: " + cause(e);
    }
  }

  /** Waits until everything is acknowledged, as long as acknowledgements keep coming. */
  boolean settle(long sent) throws InterruptedException {
    return await(0) && acked() == sent;
  }

  synchronized long acked() {
    return acked;
  }

  /** Waits until so few are in flight; false if nothing was acknowledged for too long. */
  private boolean await(int inFlightMax) throws InterruptedException {
    long beganNanos = System.nanoTime();
    while (true) {
      synchronized (this) {
        if (unacked.size() <= inFlightMax) {
          return true;
        }
        wait(RETRY_MILLIS);
        // Differences, as these clocks may be negative.
        long silentNanos =
            Math.min(System.nanoTime() - lastAckNanos, System.nanoTime() - beganNanos);
        if (silentNanos > SILENCE_MAX.toNanos()) {
          return false;
        }
      }
      if (!client.isConnected() && !sendAgain()) {
        return false;
      }
    }
  }

  private void send(Message message) throws MqttException {
    var _ = client.publish(topic, message.payload, 1, false, null, new Settles(message));
  }

  /** Another connection, and on it all that is open, in its order; false after too long. */
  private boolean sendAgain() throws InterruptedException {
    long beganNanos = System.nanoTime();
    while (System.nanoTime() - beganNanos < SILENCE_MAX.toNanos()) {
      discard(client);
      try {
        client = connected();
        for (Message message : open()) {
          send(message);
        }
        return true;
      } catch (MqttException e) {
        why = ": " + cause(e);
        tellOf(System.nanoTime() - beganNanos);
        Thread.sleep(RETRY_MILLIS); // the system is away, or has broken this connection too
      }
    }
    return false;
  }

  private void tellOf(long lostNanos) {
    if (System.nanoTime() - toldNanos > TELL_EVERY.toNanos()) {
      toldNanos = System.nanoTime();
      long seconds = Duration.ofNanos(lostNanos).toSeconds();
      tell.accept(
          "no connection for %d s%s; trying for %d s more"
              .formatted(seconds, why, SILENCE_MAX.toSeconds() - seconds));
    }
  }

  private synchronized List<Message> open() {
    return new ArrayList<>(unacked);
  }

  private synchronized void acked(Message message) {
    if (unacked.remove(message)) {
      acked++;
      lastAckNanos = System.nanoTime();
      notifyAll();
    }
  }

  /** Everything is settled by then, or given up: how the connection ends does not matter. */
  @Override
  public void close() {
    if (client.isConnected()) {
      try {
        client.disconnect(0).waitForCompletion(CLOSE_MILLIS_MAX);
      } catch (MqttException e) {
        // The server was faster.
      }
    }
    discard(client);
  }

  private static void discard(MqttAsyncClient client) {
    try {
      if (client.isConnected()) {
        client.disconnectForcibly(0, 1, false);
      }
    } catch (MqttException e) {
      // It is breaking off already.
    }
    try {
      client.close(true);
    } catch (MqttException e) {
      // It closes itself when it has broken off.
    }
  }

  /** Paho's threads. */
  private final class Settles implements IMqttActionListener {
    private final Message message;

    Settles(Message message) {
      this.message = message;
    }

    @Override
    public void onSuccess(IMqttToken token) {
      acked(message);
    }

    @Override
    public void onFailure(IMqttToken token, Throwable cause) {
      // The connection is lost; who waits for room notices.
    }
  }
}
