package qiantang.query.auth;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import qiantang.query.waiting.StoreWait;
import qiantang.store.model.EnterpriseId;
import qiantang.store.registry.AccessToken;
import qiantang.store.registry.Credential;
import qiantang.store.registry.Registry;

/** Turns an {@code Authorization} header into a caller. Blocks: virtual threads only. */
public final class Authenticator {
  // A revoked token works for as long; a console asks several times a second.
  private static final Duration KEPT = Duration.ofSeconds(5);
  // Guessed tokens are kept too, so that guessing the same one twice costs one read; 50,000
  // entries of about 300 B are 15 MB.
  private static final int KEPT_MAX = 50_000;

  private static final String SCHEME = "Bearer ";
  private static final Authentication.Unknown NO_TOKEN =
      new Authentication.Unknown("send the header 'Authorization: Bearer <token>'");
  private static final Authentication.Unknown BAD_TOKEN =
      new Authentication.Unknown(
          "this token opens nothing here: it is mistyped, expired, revoked or a device's; ask who"
              + " gave it to you for another one");

  private final Registry registry;
  private final StoreWait store;
  private final InstantSource clock;
  private final Cache<AccessToken, Optional<Credential>> kept =
      Caffeine.newBuilder().expireAfterWrite(KEPT).maximumSize(KEPT_MAX).build();

  /** An authenticator; the clock decides whether a token has expired. */
  public Authenticator(Registry registry, StoreWait store, InstantSource clock) {
    this.registry = registry;
    this.store = store;
    this.clock = clock;
  }

  /** Who sent this header. */
  public Authentication authenticate(@Nullable String header) {
    if (header == null || !header.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
      return NO_TOKEN;
    }
    Optional<AccessToken> token = AccessToken.parse(header.substring(SCHEME.length()).strip());
    return token
        .flatMap(this::credential)
        .filter(credential -> credential.isValidAt(clock.instant()))
        .flatMap(Authenticator::caller)
        .<Authentication>map(Authentication.Known::new)
        .orElse(BAD_TOKEN);
  }

  private Optional<Credential> credential(AccessToken token) {
    Optional<Credential> known = kept.getIfPresent(token);
    if (known == null) {
      // Two requests may both ask the store: cheaper than one waiting for the other's failure.
      known = store.await(registry.credential(token.key()));
      kept.put(token, known);
    }
    return known;
  }

  private static Optional<Caller> caller(Credential credential) {
    boolean isOperators = credential.owner().equals(EnterpriseId.OPERATOR);
    return switch (credential.role()) {
      case OPERATOR -> isOperators ? Optional.of(caller(credential, null)) : Optional.empty();
      case ADMIN, VIEWER ->
          isOperators ? Optional.empty() : Optional.of(caller(credential, credential.owner()));
      case GATEWAY, DEVICE -> Optional.empty();
    };
  }

  private static Caller caller(Credential credential, @Nullable EnterpriseId enterprise) {
    return new Caller(credential.role(), enterprise, credential.name(), credential.id());
  }
}
