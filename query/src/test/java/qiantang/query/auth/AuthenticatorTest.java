package qiantang.query.auth;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;
import qiantang.query.access.AccessWatch;
import qiantang.query.waiting.StoreWait;
import qiantang.store.memory.MemoryRegistry;
import qiantang.store.model.EnterpriseId;
import qiantang.store.registry.AccessChange;
import qiantang.store.registry.AccessToken;
import qiantang.store.registry.Credential;
import qiantang.store.registry.Role;

class AuthenticatorTest {
  private static final EnterpriseId MINE = new EnterpriseId("mine");
  private static final Instant NOW = Instant.parse("2026-03-01T08:00:00Z");

  private final MemoryRegistry registry = new MemoryRegistry();
  private final StoreWait store = new StoreWait(Duration.ofSeconds(1));
  private final InstantSource clock = InstantSource.fixed(NOW);

  // It never hears of changes, so nothing that was read may be used again.
  private final AccessWatch watch = new AccessWatch(registry, store, clock, () -> 0);
  private final Authenticator authenticator = new Authenticator(registry, store, watch, clock);

  @Test
  void whatOpenedSomethingOfLateIsNoGuessThoughTheStoreBeAskedAgain() {
    AccessToken token = AccessToken.draw(MINE, new SecureRandom());
    Credential credential =
        new Credential(MINE, "id", token.hash(), Role.VIEWER, null, "name", NOW, null);
    registry.putCredential(credential);
    String header = "Bearer " + token.text();
    assertTrue(authenticator.mayBeGuess(header, null), "nobody has seen it");
    assertInstanceOf(Authentication.Known.class, authenticator.authenticate(header, null));
    assertFalse(authenticator.mayBeGuess(header, null));
    assertFalse(authenticator.mayBeGuess(null, token.text()));

    registry.revoke(credential, AccessChange.ofCredential(NOW, 1, credential));
    assertInstanceOf(Authentication.Unknown.class, authenticator.authenticate(header, null));
    assertTrue(authenticator.mayBeGuess(header, null), "it opens nothing any more");
  }

  @Test
  void whatIsNoTokenCostsNothingAndWhatIsOneMay() {
    assertFalse(authenticator.mayBeGuess("Bearer nonsense", null));
    assertFalse(authenticator.mayBeGuess(null, null));
    String guess = AccessToken.draw(MINE, new SecureRandom()).text();
    assertInstanceOf(Authentication.Unknown.class, authenticator.authenticate(null, guess));
    assertTrue(authenticator.mayBeGuess(null, guess), "each time the store is asked");
  }
}
