package qiantang.standalone;

import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import qiantang.ingest.net.Transports;
import qiantang.ingest.net.tls.ClientAuthentication;
import qiantang.ingest.net.tls.TlsFiles;
import qiantang.standalone.cassandra.CannotStartException;

/** How clients come in beside plain MQTT. */
final class TransportOptions {
  private static final int OFF = -1;

  @Option(
      names = "--mqtts-port",
      paramLabel = "PORT|off",
      converter = Words.PortOrOff.class,
      description = "MQTT over TLS, 1.2 and 1.3. Default: 8883 in a demo, else off")
  private @Nullable Integer mqttsPort;

  @Option(
      names = "--ws-port",
      paramLabel = "PORT|off",
      converter = Words.PortOrOff.class,
      description = "MQTT over WebSocket, on /mqtt. Default: 8083 in a demo, else off")
  private @Nullable Integer wsPort;

  @Option(
      names = "--wss-port",
      paramLabel = "PORT|off",
      converter = Words.PortOrOff.class,
      description = "MQTT over WebSocket over TLS, on /mqtt. Default: off")
  private @Nullable Integer wssPort;

  @Option(
      names = "--tls-cert",
      paramLabel = "FILE",
      description = {
        "The server's certificate and those between it and its CA, in PEM. This file and the next",
        "three are looked at every 1.5 s; what has changed holds for new connections. Default: in",
        "a demo one of its own authority, which is DIR/tls/ca.pem"
      })
  private @Nullable Path certificate;

  @Option(
      names = "--tls-key",
      paramLabel = "FILE",
      description = "Its private key, in PEM (PKCS#8, not encrypted).")
  private @Nullable Path key;

  @Option(
      names = "--tls-ca",
      paramLabel = "FILE",
      description = {
        "Who signs clients' certificates, in PEM. Default: clients are not asked; with a demo's"
            + " own",
        "certificate its own authority"
      })
  private @Nullable Path ca;

  @Option(
      names = "--tls-client-auth",
      paramLabel = "none|optional|required",
      description = "Whether clients must show a certificate. Default: optional with --tls-ca")
  private @Nullable ClientAuthentication clients;

  @Option(
      names = "--tls-crl",
      paramLabel = "FILE",
      description = {
        "Revoked certificates of clients, in PEM: a list of each authority in --tls-ca. Sessions",
        "of those in a new list end within 5 s. One that has run out lets no client certificate in."
      })
  private @Nullable Path crl;

  @Option(
      names = "--proxy-protocol",
      paramLabel = "off|required",
      description = {
        "required: each connection begins with a header of PROXY protocol version 2, on all MQTT",
        "ports, and comes from a balancer of --proxy-from. Default: ${DEFAULT-VALUE}"
      })
  private ProxyProtocol proxyProtocol = ProxyProtocol.off;

  /** Whether connections begin with a header of the load balancer's; named as it is typed. */
  enum ProxyProtocol {
    off,
    required
  }

  /** By the options that set them. */
  Map<String, Integer> ports(int mqttsByDefault, int wsByDefault) {
    Map<String, Integer> ports = new TreeMap<>();
    ports.put("--mqtts-port", mqttsPort == null ? mqttsByDefault : mqttsPort);
    ports.put("--ws-port", wsPort == null ? wsByDefault : wsPort);
    ports.put("--wss-port", wssPort == null ? OFF : wssPort);
    ports.values().removeIf(port -> port == OFF);
    return ports;
  }

  /**
   * All of it, asked before anything is started.
   *
   * @param ports see {@link #ports}
   * @param byDefault the files where no certificate is named; null for none
   */
  Transports transports(Map<String, Integer> ports, @Nullable TlsFiles byDefault)
      throws CannotStartException {
    @Nullable TlsFiles files = files(byDefault);
    for (String option : new String[] {"--mqtts-port", "--wss-port"}) {
      if (files == null && ports.containsKey(option)) {
        throw new CannotStartException(
            "cannot serve TLS on %s: name a certificate with --tls-cert and its key with --tls-key"
                .formatted(option));
      }
    }
    return new Transports(
        ports.getOrDefault("--mqtts-port", OFF),
        ports.getOrDefault("--ws-port", OFF),
        ports.getOrDefault("--wss-port", OFF),
        files,
        proxyProtocol == ProxyProtocol.required);
  }

  private @Nullable TlsFiles files(@Nullable TlsFiles byDefault) throws CannotStartException {
    if (certificate == null && key == null) {
      if (byDefault != null) {
        @Nullable Path authority = ca == null ? byDefault.ca() : ca;
        return files(byDefault.certificate(), byDefault.key(), authority);
      }
      if (ca != null || crl != null || clients != null) {
        throw new CannotStartException(
            "cannot ask clients for certificates: name the server's own with --tls-cert");
      }
      return null;
    }
    if (certificate == null || key == null) {
      throw new CannotStartException(
          "cannot serve TLS: --tls-cert and --tls-key are needed, both of them");
    }
    return files(certificate, key, ca);
  }

  private TlsFiles files(Path server, Path serverKey, @Nullable Path authority)
      throws CannotStartException {
    ClientAuthentication byCa =
        authority == null ? ClientAuthentication.none : ClientAuthentication.optional;
    try {
      return new TlsFiles(server, serverKey, authority, crl, clients == null ? byCa : clients);
    } catch (IllegalArgumentException e) {
      throw new CannotStartException(e.getMessage() + "; name it with --tls-ca");
    }
  }
}
