package qiantang.standalone;

import java.util.Map;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import qiantang.query.CannotListenException;
import qiantang.query.QueryConfig;
import qiantang.query.QueryMain;
import qiantang.standalone.cassandra.CannotStartException;
import qiantang.store.cassandra.Cassandra;

/** What query serves, by itself or in a demo. */
final class QueryOptions {
  @Option(
      names = "--http-port",
      paramLabel = "PORT",
      converter = Words.Port.class,
      description = "HTTP API and console. Default: ${DEFAULT-VALUE}")
  private int httpPort = 8080;

  @Option(
      names = "--platform-threads",
      paramLabel = "COUNT",
      hidden = true,
      description = "Requests on so many threads of a pool, for 'bench threads' alone.")
  private int platformThreads;

  @Mixin private LimitOptions limits = new LimitOptions();

  /** By the options that set them. */
  Map<String, Integer> ports() {
    return Map.of("--http-port", httpPort);
  }

  /** Returns when it serves. */
  QueryMain start(Listeners listeners, Cassandra store) throws CannotStartException {
    QueryConfig config =
        QueryConfig.onLoopback(httpPort)
            .on(listeners.texts())
            .limitedTo(limits.limits())
            .onPlatformThreads(platformThreads);
    try {
      return QueryMain.start(config, store.journal(), store.folds(), store.registry());
    } catch (CannotListenException e) {
      throw new CannotStartException("cannot start query", e);
    }
  }
}
