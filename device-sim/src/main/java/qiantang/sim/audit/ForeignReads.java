package qiantang.sim.audit;

import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import qiantang.sim.api.Answer;
import qiantang.sim.api.ApiClient;
import qiantang.sim.api.SeriesReader;
import qiantang.sim.api.Target;
import qiantang.sim.outcome.Count;

/**
 * Asks for a device as every other enterprise: for that enterprise's device of the name, which it
 * has not, and for the device itself, which it may not see. One page is enough to prove a leak. Any
 * thread.
 */
final class ForeignReads {
  /**
   * Questions of one audit: a minute at the 300 a second that a demo answers. A thousand devices
   * and ten enterprises are asked whole; of more each device and enterprise has an equal share.
   */
  static final long QUESTIONS_MAX = 20_000;

  private static final int PAGE_SAMPLES = 100;

  private final ApiClient api;
  private final List<Target.Access> everyone;
  private final long pairsMax;
  private final long pairs;
  private final AtomicLong asked = new AtomicLong();
  private final AtomicLong turn = new AtomicLong();

  /**
   * Reads for one audit.
   *
   * @param everyone all enterprises of the target
   * @param devices that will be asked for
   */
  ForeignReads(ApiClient api, List<Target.Access> everyone, long devices) {
    this.api = api;
    this.everyone = everyone;
    this.pairs = devices * Math.max(0, everyone.size() - 1);
    this.pairsMax = Math.min(pairs, QUESTIONS_MAX / 2);
  }

  /**
   * Asks for one device as the others.
   *
   * @return null if all answered, else why one did not
   */
  @Nullable String read(DeviceAudit audit, long fromMillis, long toMillis) {
    Target.Access owner = audit.sent().access();
    for (Target.Access other : everyone) {
      if (!other.enterprise().equals(owner.enterprise()) && isTurn()) {
        String trouble = ask(other.enterprise(), other, audit, fromMillis, toMillis);
        // The operator's token in every place is nobody else's.
        if (trouble == null && !other.token().equals(owner.token())) {
          trouble = ask(owner.enterprise(), other, audit, fromMillis, toMillis);
        }
        if (trouble != null) {
          return trouble;
        }
      }
    }
    return null;
  }

  /** What was asked, for the report; empty where there is nobody to ask. */
  String note() {
    if (pairs == 0) {
      return "foreign reads: none, the target has one enterprise";
    }
    String whole = asked.get() == pairs ? "" : " of " + pairs + ", spread evenly";
    return "foreign reads: "
        + Count.of(asked.get(), "pair")
        + " of device and other enterprise"
        + whole;
  }

  /** Spreads what may be asked over all pairs (Bresenham's line). */
  private boolean isTurn() {
    long i = turn.getAndIncrement();
    boolean now = (i + 1) * pairsMax / pairs > i * pairsMax / pairs;
    if (now) {
      asked.incrementAndGet();
    }
    return now;
  }

  private @Nullable String ask(
      String enterprise, Target.Access as, DeviceAudit audit, long fromMillis, long toMillis) {
    String path =
        "/v1/enterprises/%s/devices/%s/series?from=%d&to=%d&limit=%d"
            .formatted(enterprise, audit.device(), fromMillis, toMillis, PAGE_SAMPLES);
    return switch (api.get(path, as.token())) {
      case Answer.Ok ok -> {
        String detail = as.enterprise() + " is shown it as one of " + enterprise;
        audit.foreign(SeriesReader.page(ok.body()), detail);
        yield null;
      }
      case Answer.Refused(int status, String detail) ->
          status == 404 || status == 403 || status == 401
              ? null
              : "GET " + path + " as " + as.enterprise() + " answered " + status + " " + detail;
      case Answer.Unreachable unreachable -> unreachable.cause();
    };
  }
}
