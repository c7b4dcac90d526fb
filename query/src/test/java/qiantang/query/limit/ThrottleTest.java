package qiantang.query.limit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import qiantang.query.auth.Caller;
import qiantang.query.limit.Throttle.Decided;
import qiantang.query.limit.Throttle.Visit;
import qiantang.store.access.Bounds;
import qiantang.store.model.EnterpriseId;
import qiantang.store.registry.CredentialKey;
import qiantang.store.registry.Role;

final class ThrottleTest {
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
  private static final Limits LIMITS = new Limits(10, 1000, 10_000, 5000, 3, 2, 4);

  private long nowNanos = -7;
  private final Throttle throttle = new Throttle(LIMITS, () -> nowNanos);

  private static Caller caller(String token, @Nullable String enterprise) {
    EnterpriseId owner = enterprise == null ? EnterpriseId.OPERATOR : new EnterpriseId(enterprise);
    return new Caller(
        enterprise == null ? Role.OPERATOR : Role.APPLICATION,
        enterprise == null ? null : owner,
        token,
        token,
        new CredentialKey(owner, token),
        Bounds.NONE,
        new CredentialKey(owner, token));
  }

  private Visit let(Caller caller) {
    return assertInstanceOf(Decided.Let.class, throttle.enter(caller)).visit();
  }

  private Refusal refused(Caller caller) {
    return assertInstanceOf(Decided.Refused.class, throttle.enter(caller)).refusal();
  }

  private void assertRefused(Policy policy, Of of, long seconds, Refusal refusal) {
    assertEquals(policy, refusal.policy());
    assertEquals(of, refusal.of());
    assertEquals(seconds, refusal.retrySeconds());
  }

  @Test
  void requestsAreCountedWhenTheyBegin() {
    Caller a = caller("a", "acme");
    for (int i = 0; i < 10; i++) {
      let(a).end();
    }
    assertRefused(Policy.REQUESTS, Of.TOKEN, 6, refused(a));
    nowNanos += 5 * SECOND;
    assertRefused(Policy.REQUESTS, Of.TOKEN, 1, refused(a));
    nowNanos += SECOND;
    let(a).end();
    assertRefused(Policy.REQUESTS, Of.TOKEN, 6, refused(a));
  }

  @Test
  void whatAnAnswerCostIsPaidByTheNextOne() {
    Caller a = caller("a", "acme");
    for (Policy policy : List.of(Policy.POINTS, Policy.BYTES, Policy.WORK)) {
      Visit visit = let(a);
      visit.use(policy, LIMITS.of(policy) + LIMITS.of(policy) / 2);
      visit.end();
      Refusal refusal = refused(a);
      assertEquals(policy, refusal.policy());
      assertTrue(refusal.retrySeconds() > 30 && refusal.retrySeconds() <= 31, refusal.toString());
      nowNanos += refusal.retrySeconds() * SECOND;
      let(a).end();
      nowNanos += 1000 * SECOND;
    }
  }

  @Test
  void soManyAreUnderWayAtOnce() {
    Caller a = caller("a", "acme");
    List<Visit> visits = new ArrayList<>(List.of(let(a), let(a), let(a)));
    assertRefused(Policy.AT_ONCE, Of.TOKEN, 1, refused(a));
    visits.getFirst().end();
    visits.getFirst().end();
    let(a);
    assertRefused(Policy.AT_ONCE, Of.TOKEN, 1, refused(a));
  }

  @Test
  void anEnterpriseHasMoreThanOneTokenAndLessThanAll() {
    for (String token : List.of("a", "b")) {
      Visit visit = let(caller(token, "acme"));
      visit.use(Policy.POINTS, 999);
      visit.end();
    }
    let(caller("c", "acme")).use(Policy.POINTS, 500);
    assertRefused(Policy.POINTS, Of.ENTERPRISE, 15, refused(caller("c", "acme")));
    assertRefused(Policy.POINTS, Of.ENTERPRISE, 15, refused(caller("never seen", "acme")));
    let(caller("d", "other"));
    let(caller("e", null));
  }

  @Test
  void whatIsLeftIsToldFromTheHalfOn() {
    Caller a = caller("a", "acme");
    Visit visit = let(a);
    assertNull(visit.tightest());
    visit.use(Policy.POINTS, 501);
    Left left = given(visit.tightest());
    assertEquals(new Left(Policy.POINTS, 499, 31, Of.TOKEN, LIMITS), left);
    visit.use(Policy.BYTES, 9000);
    assertEquals(Policy.BYTES, given(visit.tightest()).policy());
    nowNanos += 60 * SECOND;
    assertNull(visit.tightest());
  }

  private static <T> T given(@Nullable T value) {
    assertNotNull(value);
    return value;
  }

  @Test
  void whoeverHasUsedNothingForLongIsForgotten() {
    for (int i = 0; i < 1000; i++) {
      let(caller("t" + i, "e" + i)).end();
    }
    assertEquals(1000, throttle.kept());
    nowNanos += 16 * 60 * SECOND;
    assertEquals(0, throttle.kept());
  }

  @Test
  void memoryIsBoundedWhateverComes() {
    for (int i = 0; i < 60_000; i++) {
      let(caller("t" + i, "e" + i)).end();
    }
    assertTrue(throttle.kept() <= 50_000, "kept " + throttle.kept());
  }

  @Test
  void withoutLimitsNobodyWaits() {
    Throttle off = new Throttle(Limits.OFF, () -> nowNanos);
    Caller a = caller("a", "acme");
    for (int i = 0; i < 100; i++) {
      Visit visit = assertInstanceOf(Decided.Let.class, off.enter(a)).visit();
      visit.use(Policy.POINTS, 1_000_000);
      visit.use(Policy.BYTES, 1L << 32);
    }
  }

  @Test
  void whoTriesOutTokensIsSlowedDownByItsAddress() {
    Attempts attempts = new Attempts(LIMITS, () -> nowNanos);
    for (int i = 0; i < 4; i++) {
      assertNull(attempts.exceeded("192.0.2.1"));
      attempts.failed("192.0.2.1");
    }
    assertRefused(Policy.ATTEMPTS, Of.ADDRESS, 15, given(attempts.exceeded("192.0.2.1")));
    assertNull(attempts.exceeded("192.0.2.2"));
    nowNanos += 15 * SECOND;
    assertNull(attempts.exceeded("192.0.2.1"));
  }

  @Test
  void allAddressesOfAnIpv6NetAreOne() {
    Attempts attempts = new Attempts(LIMITS, () -> nowNanos);
    for (int i = 0; i < 4; i++) {
      attempts.failed("2001:db8:1:2::" + i);
    }
    assertNotNull(attempts.exceeded("2001:db8:1:2:ffff::1"));
    assertNull(attempts.exceeded("2001:db8:1:3::1"));
    assertNull(attempts.exceeded("no address"));
  }
}
