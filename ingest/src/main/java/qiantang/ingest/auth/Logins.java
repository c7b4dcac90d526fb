package qiantang.ingest.auth;

import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import qiantang.ingest.auth.AuthResult.Denied;
import qiantang.ingest.auth.AuthResult.Granted;
import qiantang.ingest.auth.AuthResult.Undecided;
import qiantang.ingest.auth.StaleCache.Found;
import qiantang.store.journal.Ticker;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;
import qiantang.store.registry.AccessChange;
import qiantang.store.registry.AccessToken;
import qiantang.store.registry.Credential;
import qiantang.store.registry.CredentialKey;
import qiantang.store.registry.Device;
import qiantang.store.registry.Enterprise;
import qiantang.store.registry.Registry;
import qiantang.store.registry.Role;

/**
 * Decides who may connect: by a token as user name (ThingsBoard's way), by a user name {@code
 * <enterprise>/<device>} with a password, or by a client certificate with that CN. A certificate
 * beside a user name must name the same device. No secret is ever compared: credentials are found
 * by a hash of 256 random bits, so how long a look takes tells nothing. Any thread.
 */
public final class Logins {
  private static final String UNKNOWN_TOKEN = "the token is not known";
  private static final String FOR_THE_API = "the token is for the API, not for a device";
  private static final String OTHER_DEVICE =
      "the certificate names another device than the user name: leave out the user name, or use"
          + " the certificate of that device";

  private final InstantSource clock;
  private final @Nullable EnterpriseId anonymous;
  private final Remembered remembered;
  private final AtomicLong generation = new AtomicLong();

  /**
   * Logins against this registry.
   *
   * @param anonymous whose devices clients without credentials are, null to refuse them
   * @param hasQuotas whether what enterprises and devices may use is limited
   */
  public Logins(
      Registry registry,
      InstantSource clock,
      Ticker ticker,
      @Nullable EnterpriseId anonymous,
      boolean hasQuotas) {
    this.clock = clock;
    this.anonymous = anonymous;
    remembered = new Remembered(registry, ticker, hasQuotas);
  }

  /** Who this is. */
  public CompletionStage<AuthResult> login(Presented client) {
    PeerCertificate certificate = client.certificate();
    if (certificate == null) {
      return byUserName(client);
    }
    Optional<DeviceName> subject = DeviceName.parse(certificate.commonName());
    if (subject.isEmpty()) {
      return denied(
          EnterpriseId.OPERATOR,
          true,
          "the certificate's CN is not <enterprise>/<device>: have one issued whose CN is");
    }
    String userName = client.userName();
    boolean isNameAlone =
        userName != null && client.password() == null && DeviceName.parse(userName).isPresent();
    boolean isSame = userName == null || userName.equals(certificate.commonName());
    CompletionStage<AuthResult> decided =
        userName == null || isNameAlone
            ? byCertificate(subject.get(), certificate, isSame)
            : byUserName(client).thenApply(result -> agreeing(result, subject.get()));
    return decided.thenApply(result -> whileValid(result, certificate));
  }

  /** A session ends with the certificate that opened it. */
  private static AuthResult whileValid(AuthResult result, PeerCertificate certificate) {
    return result instanceof Granted granted
        ? new Granted(granted.identity().until(certificate.notAfter()))
        : result;
  }

  /** How often something has changed that logins depend on: see {@link #forget}. */
  public long generation() {
    return generation.get();
  }

  /**
   * What has changed is asked for again. Who was let in while this ran may have been let in by what
   * held before: he sees that the {@link #generation} is another, and asks again.
   */
  public void forget(Collection<AccessChange> changes) {
    remembered.forget(changes);
    generation.incrementAndGet();
  }

  /** All changes that there were when this began, in nanoseconds of the ticker, were forgotten. */
  public void heardAll(long begunNanos) {
    remembered.heard().heardAll(begunNanos);
  }

  /** Changes were missed: what is remembered may be of before them, and is asked for again. */
  public void missed() {
    remembered.heard().missed();
  }

  /** Whether a credential opens nothing any more; fails while the store is away. */
  public CompletionStage<Boolean> isRevoked(CredentialKey key) {
    return remembered
        .credential(key)
        .thenCompose(
            found ->
                switch (found) {
                  case Found.Present<Credential> _ -> CompletableFuture.completedFuture(false);
                  case Found.Absent<Credential> _ -> CompletableFuture.completedFuture(true);
                  case Found.Unknown<Credential> _ -> away();
                });
  }

  /** Whether a device is disabled; fails while the store is away. */
  public CompletionStage<Boolean> isDisabled(EnterpriseId enterprise, DeviceId device) {
    return row(enterprise, device).thenApply(row -> row.map(Device::disabled).orElse(false));
  }

  /** Whether somebody created the device; fails while the store is away. */
  public CompletionStage<Boolean> isCreated(EnterpriseId enterprise, DeviceId device) {
    return row(enterprise, device).thenApply(Optional::isPresent);
  }

  /** The rules of an enterprise's gateways are read again, if there are any. */
  public CompletionStage<Boolean> readRulesAgain(EnterpriseId enterprise) {
    return remembered.readRulesAgain(enterprise);
  }

  private CompletionStage<Optional<Device>> row(EnterpriseId enterprise, DeviceId device) {
    return remembered
        .device(enterprise, device)
        .thenCompose(
            found ->
                switch (found) {
                  case Found.Present<Optional<Device>> present ->
                      CompletableFuture.completedFuture(present.value());
                  case Found.Absent<Optional<Device>> _ ->
                      throw new AssertionError("BUG: no device is an empty row");
                  case Found.Unknown<Optional<Device>> _ -> away();
                });
  }

  private static AuthResult agreeing(AuthResult result, DeviceName subject) {
    return result instanceof Granted granted && !subject.names(granted.identity())
        ? new Denied(granted.identity().enterprise(), true, OTHER_DEVICE)
        : result;
  }

  private CompletionStage<AuthResult> byUserName(Presented client) {
    String userName = client.userName();
    if (userName == null) {
      return loginAnonymous(client.clientId());
    }
    Optional<AccessToken> token = AccessToken.parse(userName);
    if (token.isPresent()) {
      return byToken(token.get());
    }
    Optional<DeviceName> name = DeviceName.parse(userName);
    return name.isPresent()
        ? byPassword(name.get(), client.password())
        : denied(
            EnterpriseId.OPERATOR,
            false,
            "the user name is neither a token of a device nor <enterprise>/<device>");
  }

  private CompletionStage<AuthResult> byToken(AccessToken token) {
    if (token.owner().equals(EnterpriseId.OPERATOR)) {
      return remembered.credential(token.key()).thenApply(Logins::refuseOperator);
    }
    return inEnterprise(
        token.owner(),
        false,
        "the token names no enterprise",
        enterprise ->
            remembered
                .credential(token.key())
                .thenCompose(
                    found -> decide(found, enterprise, Credential.Kind.TOKEN, UNKNOWN_TOKEN)));
  }

  /** An operator is no enterprise, and none of its tokens is a device's. */
  private static AuthResult refuseOperator(Found<Credential> found) {
    return switch (found) {
      case Found.Present<Credential> _ -> new Denied(EnterpriseId.OPERATOR, true, FOR_THE_API);
      case Found.Absent<Credential> _ -> new Denied(EnterpriseId.OPERATOR, false, UNKNOWN_TOKEN);
      case Found.Unknown<Credential> _ -> new Undecided();
    };
  }

  /** Whose device it is said to be reads of it; the device's name is a claim and stays one. */
  private CompletionStage<AuthResult> byPassword(DeviceName name, byte @Nullable [] password) {
    DeviceId device = name.device();
    return inEnterprise(
        name.enterprise(),
        false,
        "the user name names no enterprise",
        enterprise -> {
          if (password == null || device == null) {
            String fault = password == null ? "no password was given for device '" : "no device '";
            return denied(enterprise.id(), false, fault + name.shown() + "'");
          }
          return remembered
              .credential(CredentialKey.ofPassword(enterprise.id(), device, password))
              .thenCompose(
                  found ->
                      decide(
                          found,
                          enterprise,
                          Credential.Kind.PASSWORD,
                          "the password does not open device '" + name.shown() + "'"));
        });
  }

  /** The CA has said who it is, so the client may know what is wrong. */
  private CompletionStage<AuthResult> byCertificate(
      DeviceName subject, PeerCertificate certificate, boolean isSame) {
    DeviceId device = subject.device();
    return inEnterprise(
        subject.enterprise(),
        true,
        "the certificate's CN names no enterprise",
        enterprise -> {
          if (!isSame) {
            return denied(enterprise.id(), true, OTHER_DEVICE);
          }
          if (device == null) {
            return denied(
                enterprise.id(), true, "the certificate's CN names no device: " + subject.shown());
          }
          String none =
              "device %s does not log in by this certificate, SHA-256 %s: allow it by POST"
                      .formatted(device, certificate.sha256())
                  + " .../devices/{device}/credentials with kind certificate";
          return ofCertificate(enterprise.id(), device, certificate)
              .thenCompose(found -> decide(found, enterprise, Credential.Kind.CERTIFICATE, none));
        });
  }

  /** Leave for this very certificate, where it holds; else leave for any that names the device. */
  private CompletionStage<Found<Credential>> ofCertificate(
      EnterpriseId enterprise, DeviceId device, PeerCertificate certificate) {
    Instant now = clock.instant();
    String fingerprint = certificate.sha256();
    return remembered
        .credential(CredentialKey.ofCertificate(enterprise, device, fingerprint))
        .thenCompose(
            pinned ->
                switch (pinned) {
                  case Found.Present<Credential> present when present.value().isValidAt(now) ->
                      CompletableFuture.completedFuture(pinned);
                  case Found.Present<Credential> _, Found.Absent<Credential> _ ->
                      remembered
                          .credential(CredentialKey.ofCertificate(enterprise, device, null))
                          .thenApply(any -> any instanceof Found.Absent ? pinned : any);
                  case Found.Unknown<Credential> _ -> CompletableFuture.completedFuture(pinned);
                });
  }

  private CompletionStage<AuthResult> loginAnonymous(String clientId) {
    EnterpriseId owner = anonymous;
    if (owner == null) {
      return denied(
          EnterpriseId.OPERATOR,
          true,
          "no credentials: the user name must be a token, or <enterprise>/<device> with a"
              + " password");
    }
    return inEnterprise(
        owner,
        true,
        "the enterprise of anonymous clients is not there",
        enterprise -> {
          DeviceId device = DeviceId.ofName(clientId);
          return unlessDisabled(
              owner,
              device,
              () ->
                  byRules(
                      enterprise,
                      rules ->
                          new Identity(
                              owner,
                              device,
                              false,
                              enterprise.retention().duration(),
                              true,
                              0,
                              Identity.NEVER,
                              rules)));
        });
  }

  private CompletionStage<AuthResult> unlessDisabled(
      EnterpriseId enterprise, DeviceId device, Supplier<CompletionStage<AuthResult>> then) {
    return remembered
        .device(enterprise, device)
        .thenCompose(
            row ->
                switch (row) {
                  case Found.Present<Optional<Device>> present
                      when present.value().map(Device::disabled).orElse(false) ->
                      denied(enterprise, true, disabled(device));
                  case Found.Present<Optional<Device>> _, Found.Absent<Optional<Device>> _ ->
                      then.get();
                  case Found.Unknown<Optional<Device>> _ -> done(new Undecided());
                });
  }

  private CompletionStage<AuthResult> inEnterprise(
      EnterpriseId id,
      boolean isKnown,
      String absent,
      Function<Enterprise, CompletionStage<AuthResult>> then) {
    return remembered
        .enterprise(id)
        .thenCompose(
            found ->
                switch (found) {
                  case Found.Present<Enterprise> present -> then.apply(present.value());
                  case Found.Absent<Enterprise> _ -> denied(EnterpriseId.OPERATOR, isKnown, absent);
                  case Found.Unknown<Enterprise> _ -> done(new Undecided());
                });
  }

  private CompletionStage<AuthResult> decide(
      Found<Credential> found, Enterprise enterprise, Credential.Kind kind, String unknown) {
    return switch (found) {
      case Found.Unknown<Credential> _ -> done(new Undecided());
      case Found.Absent<Credential> _ ->
          denied(enterprise.id(), kind == Credential.Kind.CERTIFICATE, unknown);
      case Found.Present<Credential> present -> decide(present.value(), enterprise);
    };
  }

  private CompletionStage<AuthResult> decide(Credential credential, Enterprise enterprise) {
    DeviceId device = credential.device();
    boolean mayConnect = credential.role() == Role.DEVICE || credential.role() == Role.GATEWAY;
    if (!mayConnect || device == null) {
      return denied(enterprise.id(), true, FOR_THE_API);
    }
    if (!credential.isValidAt(clock.instant())) {
      return denied(enterprise.id(), true, expired(credential.kind().word(), device));
    }
    return unlessDisabled(enterprise.id(), device, () -> grant(credential, device, enterprise));
  }

  private CompletionStage<AuthResult> grant(
      Credential credential, DeviceId device, Enterprise enterprise) {
    return byRules(enterprise, rules -> identity(credential, device, enterprise, rules));
  }

  private CompletionStage<AuthResult> byRules(
      Enterprise enterprise, Function<EnterpriseRules, Identity> identity) {
    return remembered
        .rules(enterprise.id())
        .<AuthResult>handle(
            (rules, error) -> error != null ? new Undecided() : new Granted(identity.apply(rules)));
  }

  private static Identity identity(
      Credential credential, DeviceId device, Enterprise enterprise, EnterpriseRules rules) {
    Instant expires = credential.expires();
    return new Identity(
        enterprise.id(),
        device,
        credential.role() == Role.GATEWAY,
        enterprise.retention().duration(),
        false,
        credential.key().tag(),
        expires == null ? Identity.NEVER : expires.toEpochMilli(),
        rules);
  }

  /** Says that a credential has expired, in a living session as at a login. */
  public static String expired(String kind, DeviceId device) {
    return "the " + kind + " of " + device + " has expired: give it another one";
  }

  /** Says that a device is disabled, in a living session as at a login. */
  public static String disabled(DeviceId device) {
    return "device " + device + " is disabled";
  }

  private static <T> CompletionStage<T> away() {
    return CompletableFuture.failedFuture(new IOException("the store is away"));
  }

  private static CompletionStage<AuthResult> denied(
      EnterpriseId owner, boolean isKnown, String detail) {
    return done(new Denied(owner, isKnown, detail));
  }

  private static CompletionStage<AuthResult> done(AuthResult result) {
    return CompletableFuture.completedFuture(result);
  }
}
