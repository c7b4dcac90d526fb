package qiantang.query.limit;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import qiantang.query.auth.Caller;
import qiantang.store.journal.Ticker;
import qiantang.store.model.EnterpriseId;

/**
 * Who may ask one more question: neither its token nor all tokens of its enterprise have used up
 * what they may. Whoever reads by a grant uses its own, never the owner's. A node decides for
 * itself. Any thread.
 */
public final class Throttle {
  // Some 500 B each: 25 MB. Who gives way has used nothing for long, or is one of very many.
  private static final int KEPT_MAX = 50_000;

  // What is overdrawn by 8 of the largest answers, with the smallest limit, is earned in 8 min.
  private static final Duration KEPT = Duration.ofMinutes(15);

  private final Limits ofToken;
  private final Limits ofAll;
  private final Ticker ticker;
  private final Cache<String, Usage> tokens;
  private final Cache<String, Usage> groups;

  /** What is decided. */
  public sealed interface Decided {
    /** It may; whoever has answered closes the visit. */
    record Let(Visit visit) implements Decided {}

    /** It must wait. */
    record Refused(Refusal refusal) implements Decided {}
  }

  /** Lets each token use so much. */
  public Throttle(Limits limits, Ticker ticker) {
    ofToken = limits;
    ofAll = limits.ofAll();
    this.ticker = ticker;
    tokens = cache(ticker);
    groups = cache(ticker);
  }

  private static Cache<String, Usage> cache(Ticker ticker) {
    return Caffeine.newBuilder()
        .maximumSize(KEPT_MAX)
        .expireAfterAccess(KEPT)
        .ticker(ticker::nanos)
        .executor(Runnable::run)
        .build();
  }

  /** Whether a caller may ask. */
  public Decided enter(Caller caller) {
    long nowNanos = ticker.nanos();
    Usage token = tokens.get(caller.tokenId(), id -> new Usage(Of.TOKEN, ofToken));
    Usage group = groups.get(group(caller), id -> new Usage(Of.ENTERPRISE, ofAll));
    Refusal refusal = token.exceeded(nowNanos);
    if (refusal == null) {
      refusal = group.exceeded(nowNanos);
    }
    if (refusal != null) {
      return new Decided.Refused(refusal);
    }
    token.begin(nowNanos);
    group.begin(nowNanos);
    return new Decided.Let(new Visit(token, group));
  }

  /** Whose tokens use up one limit together. */
  private static String group(Caller caller) {
    EnterpriseId own = caller.enterprise();
    String platform = caller.platform();
    if (own != null) {
      return "enterprise " + own;
    }
    if (platform != null) {
      return "platform " + platform;
    }
    return caller.isOperator() ? "operators" : "application " + caller.tokenId();
  }

  /** How many tokens are remembered. */
  public long kept() {
    tokens.cleanUp();
    return tokens.estimatedSize();
  }

  /** One request that was let. */
  public final class Visit {
    private final Usage token;
    private final Usage group;
    private final AtomicBoolean isOver = new AtomicBoolean();

    private Visit(Usage token, Usage group) {
      this.token = token;
      this.group = group;
    }

    /** It took so much. */
    public void use(Policy policy, long units) {
      long nowNanos = ticker.nanos();
      token.use(policy, units, nowNanos);
      group.use(policy, units, nowNanos);
    }

    /** What is nearly used up; null where nothing is. */
    public @Nullable Left tightest() {
      long nowNanos = ticker.nanos();
      Left ofToken = token.tightest(nowNanos);
      return ofToken == null ? group.tightest(nowNanos) : ofToken;
    }

    /** It is under way no more. */
    public void end() {
      if (isOver.compareAndSet(false, true)) {
        token.end();
        group.end();
      }
    }
  }
}
