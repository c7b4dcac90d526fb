package qiantang.query;

import java.time.Duration;
import java.util.List;
import qiantang.query.limit.Limits;

/**
 * How the HTTP API runs.
 *
 * @param bindAddresses where it listens
 * @param httpPort 0 for any free one, the same on all addresses
 * @param storeTimeMax how long one answer of the store may take
 * @param readyTimeMax the same for the health check, shorter than what asks for it waits
 * @param requestsMax requests under way at once; each takes a few KiB and its answer
 * @param heavyReadsPerTokenMax heavy reads of one token at once
 * @param samplesMax samples that all answers under way hold together; one takes about 300 B
 * @param tailCacheBytesMax frames of the journal that are kept in memory, and as much of blocks
 * @param limits what one token may use
 * @param platformThreads on how many threads of a pool requests are served; 0 for a virtual thread
 *     each, as everybody has it but the benchmark that compares the two
 */
public record QueryConfig(
    List<String> bindAddresses,
    int httpPort,
    Duration storeTimeMax,
    Duration readyTimeMax,
    int requestsMax,
    int heavyReadsPerTokenMax,
    int samplesMax,
    long tailCacheBytesMax,
    Limits limits,
    int platformThreads) {
  /** On both loopback addresses, with limits that suit a heap of 1 GiB. */
  public static QueryConfig onLoopback(int httpPort) {
    return new QueryConfig(
        List.of("127.0.0.1", "::1"),
        httpPort,
        Duration.ofSeconds(10),
        Duration.ofSeconds(2),
        1000,
        8,
        2_000_000,
        64L << 20,
        Limits.USUAL,
        0);
  }

  /** The same, listening elsewhere. */
  public QueryConfig on(List<String> addresses) {
    return changed(addresses, limits, platformThreads);
  }

  /** The same, where each token may use so much. */
  public QueryConfig limitedTo(Limits others) {
    return changed(bindAddresses, others, platformThreads);
  }

  /** The same on threads of a pool. */
  public QueryConfig onPlatformThreads(int threads) {
    return changed(bindAddresses, limits, threads);
  }

  private QueryConfig changed(List<String> addresses, Limits others, int threads) {
    return new QueryConfig(
        addresses,
        httpPort,
        storeTimeMax,
        readyTimeMax,
        requestsMax,
        heavyReadsPerTokenMax,
        samplesMax,
        tailCacheBytesMax,
        others,
        threads);
  }
}
