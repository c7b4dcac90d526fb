package qiantang.query.limit;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;
import qiantang.store.journal.Ticker;

/**
 * Slows down who tries out tokens and links, by where it comes from: each costs a read of the
 * store. Any thread.
 */
public final class Attempts {
  // Some 200 B each. Whoever has more addresses than that is slowed down by none of them.
  private static final int KEPT_MAX = 50_000;

  private static final Duration KEPT = Duration.ofMinutes(5);
  private static final long SECOND_NANOS = 1_000_000_000;
  private static final int NET_BYTES = 8; // of an IPv6 address: a customer has at least a /64

  private final Limits limits;
  private final Ticker ticker;
  private final Cache<String, Bucket> addresses;

  /** Lets each address try so much. */
  public Attempts(Limits limits, Ticker ticker) {
    this.limits = limits;
    this.ticker = ticker;
    addresses =
        Caffeine.newBuilder()
            .maximumSize(KEPT_MAX)
            .expireAfterAccess(KEPT)
            .ticker(ticker::nanos)
            .executor(Runnable::run)
            .build();
  }

  /** Why one more must wait; null where it need not. */
  public @Nullable Refusal exceeded(String address) {
    Bucket bucket = addresses.getIfPresent(net(address));
    long waitNanos = bucket == null ? 0 : bucket.waitNanos(ticker.nanos());
    return waitNanos == 0
        ? null
        : new Refusal(Policy.ATTEMPTS, Of.ADDRESS, limits, Math.ceilDiv(waitNanos, SECOND_NANOS));
  }

  /** Something that was tried out opened nothing. */
  public void failed(String address) {
    addresses
        .get(net(address), key -> new Bucket(limits.of(Policy.ATTEMPTS), Limits.WINDOW.toNanos()))
        .use(1, ticker.nanos());
  }

  private static String net(String address) {
    try {
      InetAddress parsed = InetAddress.ofLiteral(address);
      return parsed instanceof Inet6Address
          ? HexFormat.of().formatHex(Arrays.copyOf(parsed.getAddress(), NET_BYTES))
          : address;
    } catch (IllegalArgumentException e) {
      return address; // no network: all that have none are one
    }
  }
}
