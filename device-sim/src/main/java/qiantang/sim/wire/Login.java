package qiantang.sim.wire;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How a publisher logs in: an access token is the user name, without a password.
 *
 * @param token the user name; empty for nobody, where a broker lets in anybody
 * @param password null for none
 * @param keepAliveSeconds the server may end a connection that is silent for 1.5 times as long
 * @param will what the server publishes when the connection breaks; null for nothing. Who has one
 *     is an edge node, whose session ends with its connection.
 */
public record Login(
    MqttVersion version,
    String clientId,
    String token,
    @Nullable Password password,
    int keepAliveSeconds,
    @Nullable Will will) {

  /** A message that goes out with QoS 1 and is not retained. */
  public record Will(String topic, byte[] payload) {}

  /** Of who leaves no will. */
  public Login(MqttVersion version, String clientId, String token, int keepAliveSeconds) {
    this(version, clientId, token, null, keepAliveSeconds, null);
  }

  /** Of who has no password. */
  public Login(
      MqttVersion version, String clientId, String token, int keepAliveSeconds, Will will) {
    this(version, clientId, token, null, keepAliveSeconds, will);
  }

  /** Leaves the token out. */
  @Override
  public String toString() {
    return Objects.requireNonNull(clientId) + " over MQTT " + version.label();
  }
}
