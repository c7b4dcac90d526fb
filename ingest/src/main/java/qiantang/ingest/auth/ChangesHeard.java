package qiantang.ingest.auth;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * From when until when this node has heard of every change of access. What it has read of the
 * registry since then holds until a change names it: a fleet that comes back asks the store for
 * nothing. Any thread.
 */
final class ChangesHeard {
  // So much after the API has said so a revoked credential opens nothing; the promise is 5 s. A
  // poll
  // comes each second.
  private static final Duration SILENCE_MAX = Duration.ofSeconds(3);

  private record Span(long sinceNanos, long untilNanos) {}

  private volatile @Nullable Span span;

  /** A poll that began then has read all changes there were, and those before it had too. */
  void heardAll(long begunNanos) {
    Span before = span;
    span = new Span(before == null ? begunNanos : before.sinceNanos(), begunNanos);
  }

  /** Some changes can never be heard of any more. */
  void missed() {
    span = null;
  }

  /** Whether what was asked for then still holds, as far as anybody could know. */
  boolean covers(long askedNanos, long nowNanos) {
    Span heard = span;
    return heard != null
        && askedNanos - heard.sinceNanos() >= 0
        && nowNanos - heard.untilNanos() < SILENCE_MAX.toNanos();
  }
}
