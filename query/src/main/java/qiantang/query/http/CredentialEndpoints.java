package qiantang.query.http;

import java.time.InstantSource;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import qiantang.query.auth.Leave;
import qiantang.query.change.CreateCredential;
import qiantang.query.change.RevokeCredential;
import qiantang.query.json.RegistryJson;
import qiantang.query.read.ListCredentials;
import qiantang.query.read.Page;
import qiantang.store.model.DeviceId;
import qiantang.store.registry.Credential;

/** Credentials of devices: several at a time, so that one can be rotated while another holds. */
public final class CredentialEndpoints {
  private static final Pattern FINGERPRINT = Pattern.compile("[0-9a-f]{64}");

  private final ListCredentials listCredentials;
  private final CreateCredential createCredential;
  private final RevokeCredential revokeCredential;
  private final InstantSource clock;

  /** Answers by these use cases; the clock tells whether an expiry is still to come. */
  public CredentialEndpoints(
      ListCredentials listCredentials,
      CreateCredential createCredential,
      RevokeCredential revokeCredential,
      InstantSource clock) {
    this.listCredentials = listCredentials;
    this.createCredential = createCredential;
    this.revokeCredential = revokeCredential;
    this.clock = clock;
  }

  Answer list(Leave leave, Request request) {
    Faults faults = new Faults();
    new Parameters(request, faults).refuseOthers();
    if (faults.areAny()) {
      return faults.answer();
    }
    return DeviceEndpoints.idOf(request)
        .flatMap(device -> listCredentials.run(leave, device))
        .map(
            all ->
                Answer.json(
                    200,
                    RegistryJson.page(new Page<>(all, null), null, RegistryJson::deviceCredential)))
        .orElseGet(() -> Answer.notFound("device"));
  }

  Answer create(Leave leave, Request request) {
    Faults faults = new Faults();
    CreateCredential.Wanted wanted = wanted(new Members(request.body(), "", faults));
    if (faults.areAny()) {
      return faults.answer();
    }
    Optional<DeviceId> device = DeviceEndpoints.idOf(request);
    if (device.isEmpty()) {
      return Answer.notFound("device");
    }
    return switch (createCredential.run(leave, device.get(), wanted)) {
      case CreateCredential.Result.Created created ->
          Answer.json(201, RegistryJson.one(created.drawn(), RegistryJson::drawn));
      case CreateCredential.Result.NoDevice _ -> Answer.notFound("device");
      case CreateCredential.Result.Exists same ->
          Answer.problem(
              Problem.CONFLICT, "credential " + same.id() + " says the same: revoke it first");
      case CreateCredential.Result.TooMany many ->
          Answer.problem(
              Problem.TOO_MANY_CREDENTIALS,
              "the device has " + many.max() + " credentials already: revoke one that is not used");
    };
  }

  Answer revoke(Leave leave, Request request) {
    Faults faults = new Faults();
    new Parameters(request, faults).refuseOthers();
    if (faults.areAny()) {
      return faults.answer();
    }
    String id = request.pathParameter("credential");
    return DeviceEndpoints.idOf(request)
        .flatMap(device -> revokeCredential.run(leave, device, id))
        .map(revoked -> Answer.json(200, RegistryJson.one(revoked, RegistryJson::deviceCredential)))
        .orElseGet(() -> Answer.notFound("credential"));
  }

  private CreateCredential.Wanted wanted(Members members) {
    Credential.Kind kind =
        members.parsed("kind", "it is token, password or certificate", Credential.Kind::ofWord);
    String fingerprint =
        members.parsed(
            "fingerprint",
            "it is the SHA-256 of a certificate: 64 hexadecimal digits, with or without colons",
            CredentialEndpoints::fingerprint);
    if (fingerprint != null && kind != Credential.Kind.CERTIFICATE) {
      members.fault("fingerprint", "only the kind certificate has one");
    }
    CreateCredential.Wanted wanted =
        new CreateCredential.Wanted(
            kind == null ? Credential.Kind.TOKEN : kind,
            fingerprint,
            members.timeToCome("expires", clock.instant()));
    members.refuseOthers();
    return wanted;
  }

  /** As our tables have it; OpenSSL writes capitals and colons. */
  private static @Nullable String fingerprint(String text) {
    String digits = text.replace(":", "").toLowerCase(Locale.ROOT);
    return FINGERPRINT.matcher(digits).matches() ? digits : null;
  }
}
