package qiantang.sim.api;

import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import qiantang.sim.wire.Addresses;
import qiantang.sim.wire.Password;

/**
 * The system under test and the enterprises in which devices may be made.
 *
 * @param mqtt null where MQTT is spoken over TLS alone
 * @param mqtts MQTT over TLS; null where there is none
 * @param authorities PEM file with who may sign its certificate; null for those that Java knows
 * @param broker how to log in where there is MQTT alone; null for a system with an API
 */
public record Target(
    URI http,
    @Nullable Addresses mqtt,
    @Nullable Addresses mqtts,
    @Nullable Path authorities,
    List<Access> enterprises,
    @Nullable Broker broker) {

  /** A system with an API. */
  public Target(
      URI http,
      @Nullable Addresses mqtt,
      @Nullable Addresses mqtts,
      @Nullable Path authorities,
      List<Access> enterprises) {
    this(http, mqtt, mqtts, authorities, enterprises, null);
  }

  /** A broker that nobody can be asked about. */
  static Target plain(
      @Nullable Addresses mqtt,
      @Nullable Addresses mqtts,
      @Nullable Path authorities,
      Broker broker) {
    return new Target(URI.create(""), mqtt, mqtts, authorities, List.of(), broker);
  }

  /**
   * How all connections log in at a broker.
   *
   * @param user empty where it lets in anybody
   */
  public record Broker(String user, @Nullable Password password) {

    /** Leaves both out: a user name may be a token. */
    @Override
    public String toString() {
      return "a broker";
    }
  }

  /** An enterprise and the token of its admin. */
  public record Access(String enterprise, String token) {

    /** Leaves the token out. */
    @Override
    public String toString() {
      return enterprise;
    }
  }

  /** All addresses at which MQTT is spoken. */
  public String mqttText() {
    String plain = mqtt == null ? "" : mqtt.text();
    String secured = mqtts == null ? "" : mqtts.text();
    return plain.isEmpty() || secured.isEmpty() ? plain + secured : plain + "," + secured;
  }

  /** The named enterprise, the first one for null; null if there is none of that name. */
  public @Nullable Access access(@Nullable String enterprise) {
    for (Access access : enterprises) {
      if (enterprise == null || access.enterprise().equals(enterprise)) {
        return access;
      }
    }
    return null;
  }
}
