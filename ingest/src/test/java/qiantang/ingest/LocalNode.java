package qiantang.ingest;

import java.net.InetAddress;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import qiantang.ingest.net.Listeners.Layers;
import qiantang.ingest.net.Transports;
import qiantang.ingest.net.tls.ClientAuthentication;
import qiantang.ingest.net.tls.TlsFiles;
import qiantang.store.journal.JournalTables;
import qiantang.store.memory.MemoryJournal;
import qiantang.store.memory.MemoryRegistry;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;
import qiantang.store.registry.AccessToken;
import qiantang.store.registry.Credential;
import qiantang.store.registry.Enterprise;
import qiantang.store.registry.Retention;
import qiantang.store.registry.Role;

/**
 * A node over tables in memory, to try MQTT tools against: prints a gateway's and a device's token,
 * then serves until it is ended. {@code LocalNode PORT HTTP_PORT [CERTIFICATE KEY]}.
 */
public final class LocalNode {
  private LocalNode() {}

  /** Starts it. */
  public static void main(String[] args) throws Exception {
    ExecutorService store = Executors.newSingleThreadExecutor();
    JournalTables tables = new MemoryJournal(Clock.systemUTC(), store, false);
    MemoryRegistry registry = new MemoryRegistry();
    EnterpriseId enterprise = new EnterpriseId("acme");
    registry
        .createEnterprise(
            new Enterprise(enterprise, "Acme", "", List.of(), Retention.YEAR_1, Instant.now()))
        .toCompletableFuture()
        .join();
    System.out.println("gateway " + token(registry, enterprise, Role.GATEWAY, "gw-1").text());
    System.out.println("device " + token(registry, enterprise, Role.DEVICE, "press-1").text());
    IngestConfig config =
        IngestConfig.of(
                List.of(InetAddress.ofLiteral("127.0.0.1"), InetAddress.ofLiteral("::1")),
                args.length > 0 ? Integer.parseInt(args[0]) : 1883,
                args.length > 1 ? Integer.parseInt(args[1]) : 8081,
                "local",
                enterprise)
            .with(args.length > 3 ? withTls(Path.of(args[2]), Path.of(args[3])) : Transports.PLAIN);
    IngestMain node = IngestMain.start(config, tables, null, registry);
    System.out.println(
        "mqtt " + node.mqttPort() + " mqtts " + node.port(Layers.TLS) + " http " + node.httpPort());
    Runtime.getRuntime().addShutdownHook(new Thread(node::close));
    Thread.currentThread().join();
  }

  private static Transports withTls(Path certificate, Path key) {
    TlsFiles files = new TlsFiles(certificate, key, null, null, ClientAuthentication.none);
    return new Transports(0, 0, 0, files, false);
  }

  /** Stores a fresh credential and returns its token. */
  static AccessToken token(
      MemoryRegistry registry, EnterpriseId enterprise, Role role, @Nullable String device) {
    AccessToken token = AccessToken.draw(enterprise, new SecureRandom());
    Credential credential =
        new Credential(
            enterprise,
            "t-" + role.word(),
            token.hash(),
            role,
            device == null ? null : new DeviceId(device),
            role.word(),
            Instant.now(),
            null);
    registry.putCredential(credential).toCompletableFuture().join();
    return token;
  }
}
