package qiantang.query.auth;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import qiantang.query.access.AccessWatch;
import qiantang.query.access.Remembered;
import qiantang.query.waiting.StoreWait;
import qiantang.store.model.EnterpriseId;
import qiantang.store.registry.AccessChange;
import qiantang.store.registry.AccessToken;
import qiantang.store.registry.Credential;
import qiantang.store.registry.CredentialKey;
import qiantang.store.registry.Registry;

/**
 * Turns an {@code Authorization} header or a cookie into a caller. Blocks: virtual threads only.
 */
public final class Authenticator {
  // Guessed tokens are kept too, so that guessing the same one twice costs one read; 50,000
  // entries of about 300 B are 15 MB.
  private static final int KEPT_MAX = 50_000;

  // A page that polls or a program that asks each hour is known; a day later somebody else may have
  // its address. 50,000 keys of about 100 B are 5 MB.
  private static final Duration LATELY = Duration.ofDays(1);

  private static final String SCHEME = "Bearer ";
  private static final Authentication.Unknown NO_TOKEN =
      new Authentication.Unknown(
          "send the header 'Authorization: Bearer <token>', or log in by a link");
  private static final Authentication.Unknown BAD_TOKEN =
      new Authentication.Unknown(
          "this token opens nothing here: it is mistyped, expired, revoked or a device's; ask who"
              + " gave it to you for another one");

  private final Registry registry;
  private final StoreWait store;
  private final InstantSource clock;
  private final Remembered<CredentialKey, Optional<Credential>> kept;
  private final Cache<CredentialKey, Boolean> lately =
      Caffeine.newBuilder().maximumSize(KEPT_MAX).expireAfterAccess(LATELY).build();

  /** An authenticator; the clock decides whether a token has expired. */
  public Authenticator(Registry registry, StoreWait store, AccessWatch watch, InstantSource clock) {
    this.registry = registry;
    this.store = store;
    this.clock = clock;
    kept = new Remembered<>(watch, KEPT_MAX, credential -> 1);
    watch.tell(this::forget);
  }

  /**
   * Who sent this header, or this cookie where there is no header.
   *
   * @param cookie the token that a browser got when it logged in
   */
  public Authentication authenticate(@Nullable String header, @Nullable String cookie) {
    String shown = shown(header, cookie);
    if (shown == null) {
      return NO_TOKEN;
    }
    CredentialKey key = AccessToken.parse(shown).map(AccessToken::key).orElse(null);
    if (key == null) {
      return BAD_TOKEN;
    }
    Optional<Caller> caller = valid(key).flatMap(Authenticator::caller);
    if (caller.isEmpty()) {
      lately.invalidate(key);
      return BAD_TOKEN;
    }
    if (lately.getIfPresent(key) == null) { // which also tells that it is in use
      lately.put(key, true);
    }
    return new Authentication.Known(caller.get());
  }

  /**
   * Whether this may be a guess that costs a read of the store. What has another form than a token
   * is nobody's without asking; what opened something within the last day is no guess, though the
   * store be asked for it again: whoever has it goes on, whoever else guesses from its address.
   */
  public boolean mayBeGuess(@Nullable String header, @Nullable String cookie) {
    String shown = shown(header, cookie);
    return shown != null
        && AccessToken.parse(shown)
            .map(AccessToken::key)
            .filter(key -> kept.ifKnown(key) == null && lately.getIfPresent(key) == null)
            .isPresent();
  }

  private static @Nullable String shown(@Nullable String header, @Nullable String cookie) {
    return header != null && header.regionMatches(true, 0, SCHEME, 0, SCHEME.length())
        ? header.substring(SCHEME.length()).strip()
        : header == null ? cookie : null;
  }

  /** Whether a caller's token still opens what it did: for answers that go on. */
  boolean isStillValid(Caller caller) {
    return valid(caller.key()).flatMap(Authenticator::caller).isPresent();
  }

  /** A browser's opens nothing when the token does not that its link was made with. */
  private Optional<Credential> valid(CredentialKey key) {
    Optional<Credential> found = validItself(key);
    CredentialKey parent = found.map(Credential::parent).orElse(null);
    return parent == null || validItself(parent).isPresent() ? found : Optional.empty();
  }

  private Optional<Credential> validItself(CredentialKey key) {
    return kept.get(key, () -> store.await(registry.credential(key)))
        .filter(credential -> credential.isValidAt(clock.instant()));
  }

  private void forget(@Nullable AccessChange change) {
    if (change == null) {
      kept.forgetIf(key -> true);
      return;
    }
    CredentialKey key = change.key();
    if (key != null) {
      kept.forget(key);
    }
  }

  private static Optional<Caller> caller(Credential credential) {
    boolean isOperators = credential.owner().equals(EnterpriseId.OPERATOR);
    return switch (credential.role()) {
      case OPERATOR -> isOperators ? Optional.of(caller(credential, null)) : Optional.empty();
      case ADMIN, VIEWER ->
          isOperators ? Optional.empty() : Optional.of(caller(credential, credential.owner()));
      case APPLICATION -> Optional.of(caller(credential, isOperators ? null : credential.owner()));
      case PLATFORM ->
          isOperators && credential.bounds().platform() != null
              ? Optional.of(caller(credential, null))
              : Optional.empty();
      case GATEWAY, DEVICE -> Optional.empty();
    };
  }

  private static Caller caller(Credential credential, @Nullable EnterpriseId enterprise) {
    return new Caller(
        credential.role(),
        enterprise,
        credential.name(),
        credential.id(),
        credential.key(),
        credential.bounds(),
        credential.parent() == null ? credential.key() : credential.parent());
  }
}
