package qiantang.query.change;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import qiantang.query.auth.Caller;
import qiantang.query.waiting.StoreWait;
import qiantang.store.access.Bounds;
import qiantang.store.model.EnterpriseId;
import qiantang.store.registry.AccessToken;
import qiantang.store.registry.Credential;
import qiantang.store.registry.CredentialKey;
import qiantang.store.registry.Registry;
import qiantang.store.registry.Role;

/**
 * Browsers that log in by a link: who has a token makes a link, the link opens once, and gives the
 * browser a credential of its own, which ends with the token. Blocks: virtual threads only.
 */
public final class Logins {
  /** How long a link opens: long enough to carry it to a browser, short enough to lie around. */
  public static final Duration LINK_KEPT = Duration.ofMinutes(10);

  /** How long a browser stays logged in: a shift and its handover. */
  public static final Duration SESSION_KEPT = Duration.ofHours(12);

  private static final String LINK = "link-";
  private static final String SESSION = "session-";

  private final Registry registry;
  private final Credentials credentials;
  private final AccessChanges changes;
  private final StoreWait store;
  private final InstantSource clock;

  /** Logins of a registry. */
  public Logins(
      Registry registry,
      Credentials credentials,
      AccessChanges changes,
      StoreWait store,
      InstantSource clock) {
    this.registry = registry;
    this.credentials = credentials;
    this.changes = changes;
    this.store = store;
    this.clock = clock;
  }

  /**
   * A link for the caller itself, or for a lesser role of an enterprise.
   *
   * @param enterprise null for the caller's own
   */
  public Drawn.Token link(Caller caller, Role role, @Nullable EnterpriseId enterprise) {
    EnterpriseId own = enterprise == null ? caller.enterprise() : enterprise;
    boolean isOfOperators = role == Role.OPERATOR || role == Role.PLATFORM;
    Credential who =
        new Credential(
                own == null || isOfOperators ? EnterpriseId.OPERATOR : own,
                caller.tokenId(),
                caller.key().bytes(),
                role,
                null,
                "link of " + caller.name(),
                clock.instant(),
                null)
            .with(role == caller.role() ? caller.bounds() : Bounds.NONE)
            .by(caller.root());
    Drawn.Token drawn = credentials.like(who, LINK, clock.instant().plus(LINK_KEPT));
    store.await(registry.putLink(drawn.credential()));
    return drawn;
  }

  /** Uses a link up: the credential for the browser. Empty where it opens nothing, or no more. */
  public Optional<Drawn.Token> open(String secret) {
    return AccessToken.parse(secret)
        .flatMap(token -> store.await(registry.takeLink(token.key())))
        .filter(link -> link.isValidAt(clock.instant()) && isOfAny(link))
        .map(
            link -> {
              Instant expires = clock.instant().plus(SESSION_KEPT);
              Drawn.Token drawn = credentials.like(link, SESSION, expires);
              store.await(registry.putSession(drawn.credential()));
              return drawn;
            });
  }

  /** Whether the token still opens anything that the link was made with. */
  private boolean isOfAny(Credential link) {
    CredentialKey parent = link.parent();
    return parent == null
        || store
            .await(registry.credential(parent))
            .filter(token -> token.isValidAt(clock.instant()))
            .isPresent();
  }

  /** Ends a browser's session; empty where the text is none's. */
  public Optional<Credential> close(String cookie) {
    Optional<Credential> session =
        AccessToken.parse(cookie)
            .flatMap(token -> store.await(registry.credential(token.key())))
            .filter(credential -> credential.id().startsWith(SESSION));
    session.ifPresent(
        credential ->
            store.await(registry.endSession(credential, changes.ofCredential(credential))));
    return session;
  }
}
