package qiantang.sim.wire;

import java.util.Objects;

/**
 * How a publisher logs in: the access token is the user name, without a password.
 *
 * @param keepAliveSeconds the server may end a connection that is silent for 1.5 times as long
 */
public record Login(MqttVersion version, String clientId, String token, int keepAliveSeconds) {

  /** Leaves the token out. */
  @Override
  public String toString() {
    return Objects.requireNonNull(clientId) + " over MQTT " + version.label();
  }
}
