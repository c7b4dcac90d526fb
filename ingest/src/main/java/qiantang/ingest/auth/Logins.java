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
 * Decides who may connect. User names are access tokens, ThingsBoard's way. A user name {@code
 * <enterprise>/<device>} with a password is refused so far, and client certificates are not asked
 * for; both join here. Any thread.
 */
public final class Logins {
  // About 300 B each: 60 MB for a node's 200,000 publishers, the rest asks the store.
  private static final int CREDENTIALS_MAX = 200_000;
  private static final int ENTERPRISES_MAX = 100_000;

  // A device's name has at most 128 bytes; this much tells which one was meant.
  private static final int NAME_CHARS_KEPT = 64;

  private static final String UNKNOWN_TOKEN = "the token is not known";
  private static final String FOR_THE_API = "the token is for the API, not for a device";

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
    if (token.isPresent()) {
      return loginByToken(token.get());
    }
    int slash = userName.indexOf('/');
    if (slash > 0 && EnterpriseId.isValid(userName.substring(0, slash))) {
      return refusePassword(
          new EnterpriseId(userName.substring(0, slash)), userName.substring(slash + 1));
    }
    return done(new Denied(EnterpriseId.OPERATOR, false, "the user name is no token of a device"));
  }

  private CompletionStage<AuthResult> loginByToken(AccessToken token) {
    if (token.owner().equals(EnterpriseId.OPERATOR)) {
      return credentials.get(token).thenApply(Logins::refuseOperator);
    }
    return enterprises
        .get(token.owner())
        .thenCompose(
            enterprise ->
                switch (enterprise) {
                  case Found.Present<Enterprise> present ->
                      credentials
                          .get(token)
                          .thenApply(credential -> decide(credential, present.value()));
                  case Found.Absent<Enterprise> absent ->
                      done(
                          new Denied(
                              EnterpriseId.OPERATOR, false, "the token names no enterprise"));
                  case Found.Unknown<Enterprise> unknown -> done(new Undecided());
                });
  }

  /** An operator is no enterprise, and none of its tokens is a device's. */
  private static AuthResult refuseOperator(Found<Known> found) {
    return switch (found) {
      case Found.Present<Known> present -> new Denied(EnterpriseId.OPERATOR, true, FOR_THE_API);
      case Found.Absent<Known> absent -> new Denied(EnterpriseId.OPERATOR, false, UNKNOWN_TOKEN);
      case Found.Unknown<Known> unknown -> new Undecided();
    };
  }

  /** Whose device it is said to be reads of it; the device's name is a claim and stays one. */
  private CompletionStage<AuthResult> refusePassword(EnterpriseId named, String device) {
    String name =
        device.length() <= NAME_CHARS_KEPT ? device : device.substring(0, NAME_CHARS_KEPT) + "...";
    return enterprises
        .get(named)
        .thenApply(
            enterprise ->
                switch (enterprise) {
                  case Found.Present<Enterprise> present ->
                      new Denied(
                          named,
                          false,
                          "no password opens device '" + name + "': its user name is its token");
                  case Found.Absent<Enterprise> absent ->
                      new Denied(EnterpriseId.OPERATOR, false, "the user name names no enterprise");
                  case Found.Unknown<Enterprise> unknown -> new Undecided();
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
      case Found.Absent<Known> absent -> new Denied(enterprise.id(), false, UNKNOWN_TOKEN);
      case Found.Present<Known> present -> decide(present.value(), enterprise);
    };
  }

  private AuthResult decide(Known known, Enterprise enterprise) {
    Credential credential = known.credential();
    DeviceId device = credential.device();
    boolean mayConnect = credential.role() == Role.DEVICE || credential.role() == Role.GATEWAY;
    if (!mayConnect || device == null) {
      return new Denied(enterprise.id(), true, FOR_THE_API);
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
