package qiantang.ingest.auth;

import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import qiantang.ingest.auth.AuthResult.Denied;
import qiantang.ingest.auth.AuthResult.Granted;
import qiantang.ingest.auth.AuthResult.Undecided;
import qiantang.ingest.auth.StaleCache.Found;
import qiantang.store.journal.Ticker;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;
import qiantang.store.registry.AccessToken;
import qiantang.store.registry.Credential;
import qiantang.store.registry.Device;
import qiantang.store.registry.Enterprise;
import qiantang.store.registry.Registry;
import qiantang.store.registry.Role;

/**
 * Decides who may connect. User names are access tokens, ThingsBoard's way; user name with password
 * and client certificates join here. Any thread.
 */
public final class Logins {
  // About 300 B each: 60 MB for a node's 200,000 publishers, the rest asks the store.
  private static final int CREDENTIALS_MAX = 200_000;
  private static final int ENTERPRISES_MAX = 100_000;

  /** A credential with all that decides on it. */
  private record Known(Credential credential, Optional<Device> device) {}

  private final InstantSource clock;
  private final @Nullable EnterpriseId anonymous;
  private final StaleCache<AccessToken, Known> credentials;
  private final StaleCache<EnterpriseId, Enterprise> enterprises;

  /**
   * Logins against this registry.
   *
   * @param anonymous whose devices clients without credentials are, null to refuse them
   */
  public Logins(
      Registry registry, InstantSource clock, Ticker ticker, @Nullable EnterpriseId anonymous) {
    this.clock = clock;
    this.anonymous = anonymous;
    credentials = new StaleCache<>(token -> load(registry, token), ticker, CREDENTIALS_MAX);
    enterprises = new StaleCache<>(registry::enterprise, ticker, ENTERPRISES_MAX);
  }

  /**
   * Who this is.
   *
   * @param userName null where the client gave none
   */
  public CompletionStage<AuthResult> login(@Nullable String userName, String clientId) {
    if (userName == null) {
      return loginAnonymous(clientId);
    }
    Optional<AccessToken> token = AccessToken.parse(userName);
    if (token.isEmpty()) {
      return done(
          new Denied(EnterpriseId.OPERATOR, false, "the user name is no token of a device"));
    }
    EnterpriseId owner = token.get().owner();
    return enterprises
        .get(owner)
        .thenCompose(
            enterprise ->
                switch (enterprise) {
                  case Found.Present<Enterprise> present ->
                      credentials
                          .get(token.get())
                          .thenApply(credential -> decide(credential, present.value()));
                  case Found.Absent<Enterprise> absent ->
                      done(
                          new Denied(
                              EnterpriseId.OPERATOR, false, "the token names no enterprise"));
                  case Found.Unknown<Enterprise> unknown -> done(new Undecided());
                });
  }

  private CompletionStage<AuthResult> loginAnonymous(String clientId) {
    EnterpriseId owner = anonymous;
    if (owner == null) {
      return done(
          new Denied(EnterpriseId.OPERATOR, true, "no credentials: the user name must be a token"));
    }
    return enterprises
        .get(owner)
        .thenApply(
            enterprise ->
                switch (enterprise) {
                  case Found.Present<Enterprise> present ->
                      new Granted(
                          new Identity(
                              owner,
                              DeviceId.ofName(clientId),
                              false,
                              present.value().retention().duration(),
                              true));
                  case Found.Absent<Enterprise> absent ->
                      new Denied(
                          EnterpriseId.OPERATOR,
                          true,
                          "the enterprise of anonymous clients is not there");
                  case Found.Unknown<Enterprise> unknown -> new Undecided();
                });
  }

  private AuthResult decide(Found<Known> found, Enterprise enterprise) {
    return switch (found) {
      case Found.Unknown<Known> unknown -> new Undecided();
      case Found.Absent<Known> absent ->
          new Denied(enterprise.id(), false, "the token is not known");
      case Found.Present<Known> present -> decide(present.value(), enterprise);
    };
  }

  private AuthResult decide(Known known, Enterprise enterprise) {
    Credential credential = known.credential();
    DeviceId device = credential.device();
    boolean mayConnect = credential.role() == Role.DEVICE || credential.role() == Role.GATEWAY;
    if (!mayConnect || device == null) {
      return new Denied(enterprise.id(), true, "the token is for the API, not for a device");
    }
    if (!credential.isValidAt(clock.instant())) {
      return new Denied(enterprise.id(), true, "the token of " + device + " has expired");
    }
    if (known.device().isPresent() && known.device().get().disabled()) {
      return new Denied(enterprise.id(), true, "device " + device + " is disabled");
    }
    return new Granted(
        new Identity(
            enterprise.id(),
            device,
            credential.role() == Role.GATEWAY,
            enterprise.retention().duration(),
            false));
  }

  private static CompletionStage<Optional<Known>> load(Registry registry, AccessToken token) {
    return registry
        .credential(token)
        .thenCompose(
            credential -> {
              if (credential.isEmpty()) {
                return CompletableFuture.completedFuture(Optional.empty());
              }
              DeviceId device = credential.get().device();
              CompletionStage<Optional<Device>> row =
                  device == null
                      ? CompletableFuture.completedFuture(Optional.empty())
                      : registry.device(token.owner(), device);
              return row.thenApply(found -> Optional.of(new Known(credential.get(), found)));
            });
  }

  private static CompletionStage<AuthResult> done(AuthResult result) {
    return CompletableFuture.completedFuture(result);
  }
}
