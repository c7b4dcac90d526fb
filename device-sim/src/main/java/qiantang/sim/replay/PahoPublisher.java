package qiantang.sim.replay;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.eclipse.paho.client.mqttv3.IMqttDeliveryToken;
import org.eclipse.paho.client.mqttv3.MqttAsyncClient;
import org.eclipse.paho.client.mqttv3.MqttCallback;
import org.eclipse.paho.client.mqttv3.MqttConnectOptions;
import org.eclipse.paho.client.mqttv3.MqttException;
import org.eclipse.paho.client.mqttv3.MqttMessage;
import org.eclipse.paho.client.mqttv3.persist.MemoryPersistence;
import org.jspecify.annotations.Nullable;

/**
 * Publishes in order with QoS 1 and some messages in flight. Paho reconnects and sends again what
 * was not acknowledged, because the session is kept. One thread publishes; Paho's own acknowledge.
 */
final class PahoPublisher implements AutoCloseable {
  private static final int IN_FLIGHT_MAX = 20;

  /** Paho's own limit is above ours: it frees a place a little later than it reports it. */
  private static final int PAHO_IN_FLIGHT_MAX = 4 * IN_FLIGHT_MAX;

  private static final Duration SILENCE_MAX = Duration.ofSeconds(60);
  private static final int CONNECT_SECONDS_MAX = 20;
  private static final int KEEP_ALIVE_SECONDS = 60;
  private static final int RECONNECT_MILLIS_MAX = 2_000;
  private static final long RETRY_MILLIS = 100;
  private static final long CLOSE_MILLIS_MAX = 5_000;

  private final MqttAsyncClient client;
  private final String topic;
  private final Semaphore room = new Semaphore(IN_FLIGHT_MAX);
  private final AtomicLong acked = new AtomicLong();

  private PahoPublisher(MqttAsyncClient client, String topic) {
    this.client = client;
    this.topic = topic;
  }

  static PahoPublisher connect(
      InetSocketAddress address, String clientId, String token, String topic) throws MqttException {
    String host = address.getHostString();
    String literal = host.contains(":") ? "[" + host + "]" : host;
    String uri = "tcp://" + literal + ":" + address.getPort();
    MqttAsyncClient client = new MqttAsyncClient(uri, clientId, new MemoryPersistence());
    PahoPublisher publisher = new PahoPublisher(client, topic);
    client.setCallback(publisher.new Acknowledgements());
    MqttConnectOptions options = new MqttConnectOptions();
    options.setUserName(token);
    options.setCleanSession(false);
    options.setAutomaticReconnect(true);
    options.setMaxReconnectDelay(RECONNECT_MILLIS_MAX);
    options.setMaxInflight(PAHO_IN_FLIGHT_MAX);
    options.setConnectionTimeout(CONNECT_SECONDS_MAX);
    options.setKeepAliveInterval(KEEP_ALIVE_SECONDS);
    client.connect(options).waitForCompletion();
    return publisher;
  }

  /**
   * Sends when there is room, waiting for a lost connection to come back.
   *
   * @return null when sent, else why not
   */
  @Nullable String publish(byte[] payload) throws InterruptedException {
    if (!room.tryAcquire(SILENCE_MAX.toMillis(), TimeUnit.MILLISECONDS)) {
      return "no acknowledgement for " + SILENCE_MAX.toSeconds() + " s";
    }
    long deadline = System.nanoTime() + SILENCE_MAX.toNanos();
    while (true) {
      try {
        var _ = client.publish(topic, payload, 1, false);
        return null;
      } catch (MqttException e) {
        boolean away = e.getReasonCode() == MqttException.REASON_CODE_CLIENT_NOT_CONNECTED;
        if (!away || System.nanoTime() - deadline > 0) {
          return "cannot publish: " + e;
        }
        Thread.sleep(RETRY_MILLIS);
      }
    }
  }

  /** Waits until everything is acknowledged, as long as acknowledgements keep coming. */
  boolean settle(long sent) throws InterruptedException {
    long before = -1;
    while (acked.get() < sent && acked.get() != before) {
      before = acked.get();
      if (room.tryAcquire(IN_FLIGHT_MAX, SILENCE_MAX.toMillis(), TimeUnit.MILLISECONDS)) {
        room.release(IN_FLIGHT_MAX);
      }
    }
    return acked.get() == sent;
  }

  long acked() {
    return acked.get();
  }

  @Override
  public void close() throws MqttException {
    try {
      client.disconnect(0).waitForCompletion(CLOSE_MILLIS_MAX);
    } finally {
      client.close(true);
    }
  }

  /** Paho's threads. */
  private final class Acknowledgements implements MqttCallback {
    @Override
    public void connectionLost(Throwable cause) {
      // Paho reconnects by itself; publish waits for it.
    }

    @Override
    public void messageArrived(String arrivedTopic, MqttMessage message) {
      // Nothing is subscribed to.
    }

    @Override
    public void deliveryComplete(IMqttDeliveryToken token) {
      acked.incrementAndGet();
      room.release();
    }
  }
}
