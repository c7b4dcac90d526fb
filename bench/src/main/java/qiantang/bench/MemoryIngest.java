package qiantang.bench;

import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import qiantang.ingest.IngestConfig;
import qiantang.ingest.IngestMain;
import qiantang.ingest.net.Transports;
import qiantang.ingest.net.tls.ClientAuthentication;
import qiantang.ingest.net.tls.TlsFiles;
import qiantang.standalone.cassandra.Ports;
import qiantang.store.memory.MemoryJournal;
import qiantang.store.memory.MemoryRegistry;
import qiantang.store.model.EnterpriseId;
import qiantang.store.registry.AccessChange;
import qiantang.store.registry.AccessToken;
import qiantang.store.registry.Device;
import qiantang.store.registry.Enterprise;
import qiantang.store.registry.Platform;
import qiantang.store.registry.Quota;
import qiantang.store.registry.Registry;
import qiantang.store.registry.Retention;

/** The real ingest program over tables that commit at once and forget: what the server costs. */
final class MemoryIngest {
  // What a Cassandra on the same cores takes without timing out.
  private static final int UNDER_WAY_MAX = 128;

  private MemoryIngest() {}

  /**
   * Starts it as a child process that lets these tokens in; returns when it is ready.
   *
   * @param flags of its JVM, behind our own
   * @param log takes what it prints; the tokens go into a file beside it
   */
  static IngestProgram start(List<String> flags, Path log, List<String> tokens) throws Exception {
    return start(flags, log, tokens, List.of());
  }

  /** The same, over TLS on a port of its own besides. */
  static IngestProgram start(
      List<String> flags, Path log, List<String> tokens, int mqttsPort, TlsFiles files)
      throws Exception {
    return start(
        flags,
        log,
        tokens,
        List.of(String.valueOf(mqttsPort), files.certificate().toString(), files.key().toString()));
  }

  private static IngestProgram start(
      List<String> flags, Path log, List<String> tokens, List<String> tls) throws Exception {
    Path file = Files.write(log.resolveSibling(log.getFileName() + ".tokens"), tokens);
    int mqttPort = Ports.free();
    int httpPort = Ports.free();
    Program program =
        Program.start(
            flags,
            log,
            httpPort,
            MemoryIngest.class.getName(),
            Stream.concat(
                    Stream.of(String.valueOf(mqttPort), String.valueOf(httpPort), file.toString()),
                    tls.stream())
                .toArray(String[]::new));
    return new IngestProgram(program, mqttPort, httpPort);
  }

  /**
   * Arguments: MQTT port, HTTP port, file with one token a line; for TLS its port, the files of the
   * certificate and of the key.
   */
  public static void main(String[] arguments) throws Exception {
    MemoryRegistry registry = new MemoryRegistry();
    register(registry, Files.readAllLines(Path.of(arguments[2])));
    // One thread completes the writes, as the driver's would.
    MemoryJournal journal =
        new MemoryJournal(InstantSource.system(), Executors.newSingleThreadExecutor(), false);
    IngestConfig config =
        IngestConfig.of(
            List.of(InetAddress.getLoopbackAddress()),
            Integer.parseInt(arguments[0]),
            Integer.parseInt(arguments[1]),
            "bench",
            null);
    if (arguments.length > 3) {
      int mqttsPort = Integer.parseInt(arguments[3]);
      Path certificate = Path.of(arguments[4]);
      Path key = Path.of(arguments[5]);
      TlsFiles files = new TlsFiles(certificate, key, null, null, ClientAuthentication.none);
      config = config.with(new Transports(mqttsPort, -1, -1, files, false));
    }
    IngestMain ingest = IngestMain.start(config, journal, null, registry);
    Runtime.getRuntime().addShutdownHook(new Thread(ingest::close));
    Thread.currentThread().join();
  }

  /** Makes the enterprises and devices that the tokens name, some at a time. */
  static void register(Registry registry, List<String> tokens) throws InterruptedException {
    register(registry, tokens, Device.Kind.DEVICE);
  }

  /** The same of a kind. */
  static void register(Registry registry, List<String> tokens, Device.Kind kind)
      throws InterruptedException {
    Instant now = Instant.now();
    Set<EnterpriseId> enterprises = new HashSet<>();
    Semaphore free = new Semaphore(UNDER_WAY_MAX);
    AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    for (int i = 0; i < tokens.size(); i++) {
      LoadIdentity identity = LoadIdentity.of(tokens.get(i), i, kind);
      if (enterprises.add(identity.owner())) {
        registerEnterprise(registry, identity.owner(), now);
      }
      free.acquire();
      var _ =
          registry
              .createDevice(identity.device(now))
              .thenCompose(isNew -> registry.putCredential(identity.credential(now)))
              .whenComplete(
                  (nothing, error) -> {
                    if (error != null) {
                      failure.set(error);
                    }
                    free.release();
                  });
    }
    free.acquire(UNDER_WAY_MAX);
    Throwable error = failure.get();
    if (error != null) {
      throw new IllegalStateException("cannot register the devices", error);
    }
  }

  /** Makes an enterprise whose quotas nobody meets. */
  static void registerEnterprise(Registry registry, EnterpriseId owner, Instant now) {
    registry
        .createEnterprise(enterprise(owner, now))
        .thenCompose(isNew -> liftQuotas(registry, owner, now))
        .toCompletableFuture()
        .join();
  }

  private static Enterprise enterprise(EnterpriseId id, Instant now) {
    return new Enterprise(id, id.text(), "", List.of(Platform.BASE), Retention.YEAR_1, now);
  }

  /** Rates are reckoned with, as users have them, and none is ever met. */
  private static CompletionStage<Void> liftQuotas(
      Registry registry, EnterpriseId owner, Instant now) {
    Map<Quota, Long> highest = new EnumMap<>(Quota.class);
    for (Quota quota : Quota.values()) {
      highest.put(quota, quota.most());
    }
    return registry.setQuotas(owner, highest, AccessChange.ofEnterprise(now, 0, owner));
  }

  /** Tokens of so many devices spread over so many enterprises. */
  static List<String> drawTokens(int devices, int enterprises) {
    return drawTokens(
        devices,
        IntStream.range(0, enterprises)
            .mapToObj(i -> new EnterpriseId("enterprise-" + i))
            .toList());
  }

  /** Tokens of so many devices, spread over these enterprises. */
  static List<String> drawTokens(int devices, List<EnterpriseId> enterprises) {
    SecureRandom random = new SecureRandom();
    return IntStream.range(0, devices)
        .mapToObj(i -> enterprises.get(i % enterprises.size()))
        .map(owner -> AccessToken.draw(owner, random).text())
        .toList();
  }
}
