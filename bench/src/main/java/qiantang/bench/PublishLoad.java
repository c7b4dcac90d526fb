package qiantang.bench;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A load of QoS 1 messages on an MQTT server of this machine.
 *
 * @param tokens user names, one a connection
 * @param inFlight messages in flight a connection
 * @param message what each sends
 */
record PublishLoad(List<String> tokens, int inFlight, LoadMessage message) {

  /**
   * Connects, sends and measures; at the end nothing is in flight any more.
   *
   * @param perSecond messages a second of all connections together; 0 for as many as are
   *     acknowledged
   * @param processes whose processor time is measured; that of the client is {@code client}
   */
  Measurement measure(
      String name,
      int mqttPort,
      int perSecond,
      Duration warmUp,
      Duration length,
      Map<String, ProcessHandle> processes)
      throws InterruptedException {
    long hourAgoMillis = System.currentTimeMillis() - TimeUnit.HOURS.toMillis(1);
    try (LoadClient client = new LoadClient(inFlight, message, hourAgoMillis, perSecond)) {
      client.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), mqttPort), tokens);
      client.send();
      Measurement measurement =
          Measurement.of(
              name, warmUp, length, client::acknowledged, client::takeLatencyMicros, processes);
      client.check();
      client.pause();
      return measurement;
    }
  }
}
