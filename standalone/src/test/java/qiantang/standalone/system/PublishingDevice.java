package qiantang.standalone.system;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.paho.client.mqttv3.MqttClient;
import org.eclipse.paho.client.mqttv3.MqttConnectOptions;
import org.eclipse.paho.client.mqttv3.MqttException;
import org.eclipse.paho.client.mqttv3.persist.MemoryPersistence;

/**
 * A Paho client that publishes sample after sample on a thread of its own, notes which were
 * acknowledged, and comes back with the same sample after every failure.
 */
final class PublishingDevice {
  private static final String TOPIC = "v1/devices/me/telemetry";

  /** Paho itself gives up where a PINGRESP takes as long: more than a busy machine stands still. */
  static final int KEEP_ALIVE_SECONDS = 10;

  private final String uri;
  private final String name;
  private final String token;
  private final long firstTimeMillis;
  private final Thread thread;
  private final Map<Long, Long> acknowledged = new ConcurrentSkipListMap<>();
  private final AtomicInteger connects = new AtomicInteger();
  private final List<String> losses = new CopyOnWriteArrayList<>();
  private volatile long attempted;
  private volatile boolean ended;

  PublishingDevice(String uri, String name, String token) {
    this.uri = uri;
    this.name = name;
    this.token = token;
    // An hour ago, so that no sample lies in the future however many are sent.
    firstTimeMillis = System.currentTimeMillis() - 3_600_000;
    thread = Thread.ofPlatform().name(name).start(this::run);
  }

  private void run() {
    long n = 0;
    while (!ended) {
      try (MqttClient client = new MqttClient(uri, name, new MemoryPersistence())) {
        connect(client);
        connects.incrementAndGet();
        while (!ended) {
          attempted = n + 1;
          client.publish(TOPIC, payload(n), 1, false); // returns when acknowledged
          acknowledged.put(firstTimeMillis + n, n);
          n++;
        }
        client.disconnect();
      } catch (MqttException e) {
        losses.add("%s after sample %d: %s".formatted(Instant.now(), n, e));
        pause(); // the same sample again on a new connection
      }
    }
  }

  private void connect(MqttClient client) throws MqttException {
    MqttConnectOptions options = new MqttConnectOptions();
    options.setUserName(token);
    options.setPassword(new char[0]);
    options.setCleanSession(true);
    options.setKeepAliveInterval(KEEP_ALIVE_SECONDS);
    options.setConnectionTimeout(10);
    client.setTimeToWait(120_000);
    client.connect(options);
  }

  private byte[] payload(long n) {
    return "{\"ts\":%d,\"values\":{\"n\":%d}}".formatted(firstTimeMillis + n, n).getBytes(UTF_8);
  }

  private static void pause() {
    try {
      Thread.sleep(50);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  String name() {
    return name;
  }

  /** Event time in ms to value of each sample whose PUBACK came. */
  Map<Long, Long> acknowledged() {
    return acknowledged;
  }

  /** Event time behind the last sample that was ever sent. */
  long endTimeMillis() {
    return firstTimeMillis + attempted;
  }

  /** How often it got in. */
  int connects() {
    return connects.get();
  }

  /** When and why it was not let in or lost its connection, oldest first. */
  List<String> losses() {
    return losses;
  }

  /** Ends after the sample under way. */
  void end() throws InterruptedException {
    ended = true;
    thread.join();
  }
}
