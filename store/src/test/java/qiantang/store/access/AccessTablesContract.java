package qiantang.store.access;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import qiantang.store.harness.Stages;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;
import qiantang.store.registry.AccessChange;
import qiantang.store.registry.AccessToken;
import qiantang.store.registry.Credential;
import qiantang.store.registry.CredentialKey;
import qiantang.store.registry.Registry;
import qiantang.store.registry.Role;

/** What every implementation of the tables of grants, bounded tokens, links and audit does. */
public abstract class AccessTablesContract {
  private final Instant now = Instant.now().truncatedTo(ChronoUnit.MILLIS);
  private static final Party PLATFORM = new Party(Party.Kind.PLATFORM, "textile");

  /** The registry under test. */
  protected abstract Registry registry();

  @Test
  void aGrantIsFoundByWhoGaveItAndByWhoGotIt() {
    EnterpriseId own = new EnterpriseId("gives");
    Subtree line = new Subtree("f1", "l1", Set.of(new DeviceId("d2"), new DeviceId("d1")));
    Grant first = grant(own, "g1", line, Set.of("m", "n"), 60);
    Grant second = grant(own, "g2", Subtree.ALL, Set.of(), 0);
    List.of(second, first).forEach(grant -> Stages.await(grants().put(grant)));
    Stages.await(grants().put(grant(new EnterpriseId("gives-too"), "g1", line, Set.of(), 0)));
    assertEquals(List.of(first, second), Stages.await(grants().given(own, null, 10)));
    assertEquals(List.of(first), Stages.await(grants().given(own, null, 1)));
    assertEquals(List.of(second), Stages.await(grants().given(own, "g1", 10)));
    assertEquals(Optional.of(first), Stages.await(grants().given(own, "g1")));
    assertEquals(Optional.empty(), Stages.await(grants().given(own, "g3")));
    assertEquals(List.of(first, second), Stages.await(grants().received(PLATFORM, own)));
    Party other = new Party(Party.Kind.ENTERPRISE, "textile");
    assertEquals(List.of(), Stages.await(grants().received(other, own)));
  }

  @Test
  void aRevokedGrantSaysSoInBothLists() {
    EnterpriseId own = new EnterpriseId("revokes");
    Grant grant = grant(own, "g1", Subtree.ALL, Set.of("m"), 0);
    Stages.await(grants().put(grant));
    Grant revoked = grant.revoked(now.plusSeconds(1));
    Stages.await(grants().revoke(revoked));
    Stages.await(grants().revoke(revoked));
    assertEquals(List.of(revoked), Stages.await(grants().received(PLATFORM, own)));
    assertEquals(Optional.of(revoked), Stages.await(grants().given(own, "g1")));
  }

  @Test
  void grantorsAreListedOnceInOrder() {
    Party party = new Party(Party.Kind.APPLICATION, "lists-grantors");
    for (String id : List.of("c", "a", "b")) {
      for (String grant : List.of("1", "2")) {
        Stages.await(grants().put(to(party, new EnterpriseId(id), grant)));
      }
    }
    EnterpriseId a = new EnterpriseId("a");
    EnterpriseId b = new EnterpriseId("b");
    assertEquals(List.of(a, b), Stages.await(grants().grantors(party, null, 2)));
    assertEquals(List.of(b, new EnterpriseId("c")), Stages.await(grants().grantors(party, a, 10)));
  }

  @Test
  void aPersonsTokenKeepsItsBoundsAndIsGoneWhenItIsRevoked() {
    EnterpriseId own = new EnterpriseId("bounds");
    Bounds bounds =
        new Bounds(
            null,
            Set.of(Scope.READ, Scope.STREAM),
            new Subtree("f1", null, Set.of(new DeviceId("d1"))));
    Credential app = credential(own, "app", Role.APPLICATION, bounds, null);
    Credential run =
        credential(own, "run", Role.PLATFORM, new Bounds("textile", Set.of(), Subtree.ALL), null);
    List.of(app, run).forEach(each -> Stages.await(registry().putCredential(each)));
    assertEquals(Optional.of(bounds), find(app).map(Credential::bounds));
    assertEquals(
        List.of(bounds, run.bounds()),
        Stages.await(registry().tokens(own, null, 10)).stream().map(Credential::bounds).toList());
    AccessChange change = AccessChange.ofCredential(now, 11, app);
    Stages.await(registry().revoke(app, change));
    assertEquals(Optional.empty(), find(app));
    assertEquals(
        List.of("run"),
        Stages.await(registry().tokens(own, null, 10)).stream().map(Credential::id).toList());
    assertTrue(Stages.await(registry().changes(now, now)).contains(change));
  }

  @Test
  void aSessionIsInNoListAndEnds() {
    EnterpriseId own = new EnterpriseId("session");
    CredentialKey parent = new CredentialKey(EnterpriseId.OPERATOR, new byte[32]);
    Credential session =
        credential(own, "session-1", Role.ADMIN, Bounds.NONE, now.plusSeconds(3600)).by(parent);
    Stages.await(registry().putSession(session));
    assertEquals(Optional.of(parent), find(session).map(Credential::parent));
    assertEquals(Optional.of("session-1"), find(session).map(Credential::id));
    assertEquals(List.of(), Stages.await(registry().tokens(own, null, 10)));
    Stages.await(registry().endSession(session, AccessChange.ofCredential(now, 12, session)));
    assertEquals(Optional.empty(), find(session));
  }

  @Test
  void aLinkIsTakenOnce() {
    EnterpriseId own = new EnterpriseId("link");
    Bounds bounds = new Bounds("textile", Set.of(), Subtree.ALL);
    Credential link = credential(own, "link-1", Role.PLATFORM, bounds, now.plusSeconds(600));
    assertEquals(Optional.empty(), Stages.await(registry().takeLink(link.key())));
    CredentialKey parent = new CredentialKey(own, new byte[32]);
    Credential other =
        credential(own, "link-2", Role.ADMIN, Bounds.NONE, now.plusSeconds(600)).by(parent);
    List.of(link, other).forEach(each -> Stages.await(registry().putLink(each)));
    Credential taken = Stages.await(registry().takeLink(link.key())).orElseThrow();
    assertEquals("link-1", taken.id());
    assertEquals(Role.PLATFORM, taken.role());
    assertEquals(bounds, taken.bounds());
    assertEquals(link.expires(), taken.expires());
    assertEquals(Optional.empty(), Stages.await(registry().takeLink(link.key())));
    assertEquals(Optional.empty(), find(link), "a link is no token");
    assertEquals(null, taken.parent());
    assertEquals(parent, Stages.await(registry().takeLink(other.key())).orElseThrow().parent());
  }

  @Test
  void aChangeOfOneVersionIsBegunOnceUntilItEnds() {
    EnterpriseId own = new EnterpriseId("under-way");
    assertTrue(Stages.await(registry().beginChange(own, "quotas", "v1")));
    assertFalse(Stages.await(registry().beginChange(own, "quotas", "v1")));
    assertTrue(Stages.await(registry().beginChange(own, "quotas", "v2")));
    assertTrue(Stages.await(registry().beginChange(own, "", "v1")));
    assertTrue(Stages.await(registry().beginChange(new EnterpriseId("under-2"), "quotas", "v1")));
    Stages.await(registry().endChange(own, "quotas", "v1"));
    Stages.await(registry().endChange(own, "quotas", "v1"));
    assertTrue(Stages.await(registry().beginChange(own, "quotas", "v1")));
    assertFalse(Stages.await(registry().beginChange(own, "quotas", "v2")));
  }

  @Test
  void linesAreReadNewestFirstAsTheyWereWritten() {
    EnterpriseId own = new EnterpriseId("lines");
    long micros = ChronoUnit.MICROS.between(Instant.EPOCH, now);
    AuditLine first = AuditLine.first("00000000000000aa", micros, act(own, "g1 g2"));
    AuditLine second = first.next(micros, act(own, null));
    AuditLine third = second.next(micros + 1, act(own, ""));
    Stages.await(registry().audit().append(List.of(first, second)));
    Stages.await(registry().audit().append(List.of(third)));
    Stages.await(registry().audit().append(List.of(third)));
    List<AuditLine> read = read(own, first.day(), null, 10);
    assertEquals(List.of(third.id(), second.id(), first.id()), ids(read));
    assertTrue(read.stream().allMatch(AuditLine::isWhole), read.toString());
    assertEquals(first, read.getLast());
    assertEquals(List.of(second.id()), ids(read(own, first.day(), third.id(), 1)));
    assertEquals(List.of(), read(own, first.day() - 1, null, 10));
  }

  private List<AuditLine> read(EnterpriseId own, long day, @Nullable String before, int limit) {
    return Stages.await(registry().audit().read(own, day, before, limit));
  }

  private static List<String> ids(List<AuditLine> lines) {
    return lines.stream().map(AuditLine::id).toList();
  }

  private static Act act(EnterpriseId subject, @Nullable String grant) {
    return new Act(
        subject,
        new Act.Actor("t1", "名", "platform", "platform:textile"),
        "read",
        "devices/d1/latest",
        grant,
        "200",
        3,
        "r-1",
        "127.0.0.1");
  }

  private GrantTables grants() {
    return registry().grants();
  }

  private Optional<Credential> find(Credential credential) {
    return Stages.await(registry().credential(credential.key()));
  }

  private Credential credential(
      EnterpriseId owner, String id, Role role, Bounds bounds, @Nullable Instant expires) {
    byte[] hash = new AccessToken(owner, id).hash();
    return new Credential(owner, id, hash, role, null, id, now, expires).with(bounds);
  }

  private Grant to(Party party, EnterpriseId enterprise, String id) {
    return new Grant(
        enterprise,
        id,
        party,
        Subtree.ALL,
        Set.of(),
        0,
        "p",
        now,
        now.plusSeconds(60),
        now,
        "x",
        null);
  }

  private Grant grant(
      EnterpriseId enterprise, String id, Subtree subtree, Set<String> metrics, long least) {
    return new Grant(
        enterprise,
        id,
        PLATFORM,
        subtree,
        metrics,
        least,
        "节能 audit",
        now,
        now.plus(Duration.ofDays(30)),
        now,
        "admin (t0)",
        null);
  }
}
