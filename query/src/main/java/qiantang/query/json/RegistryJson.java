package qiantang.query.json;

import java.io.IOException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import qiantang.query.change.CreateDevices;
import qiantang.query.change.Drawn;
import qiantang.query.read.CheckReadiness;
import qiantang.query.read.DescribeCaller;
import qiantang.query.read.FleetDevice;
import qiantang.query.read.ListDevices;
import qiantang.query.read.ListEnterprises;
import qiantang.query.read.Page;
import qiantang.query.read.ReadEnterprise;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;
import qiantang.store.registry.AccessToken;
import qiantang.store.registry.Credential;
import qiantang.store.registry.Device;
import qiantang.store.registry.Enterprise;
import qiantang.store.registry.Quota;
import qiantang.store.registry.Quotas;

/** What exists, as JSON. */
public final class RegistryJson {
  private RegistryJson() {}

  /** Writes the members of one thing into an object that was begun. */
  @FunctionalInterface
  public interface Members<T> {
    /** Writes them. */
    void write(JsonOut out, T thing) throws IOException;
  }

  /** A page of a list. */
  public static <T> JsonOut.Text page(
      Page<T> page, @Nullable String next, Members<? super T> members) {
    return out -> {
      out.object().array("items");
      for (T item : page.items()) {
        out.object();
        members.write(out, item);
        out.endObject();
      }
      out.endArray().text("next", next).endObject();
    };
  }

  /**
   * A page of devices.
   *
   * @param next cursor of the next page, null at the end
   */
  public static JsonOut.Text devices(ListDevices.Found found, @Nullable String next) {
    return out -> {
      out.object().array("items");
      for (FleetDevice device : found.page().items()) {
        out.object();
        device(out, device);
        out.endObject();
      }
      out.endArray().text("next", next);
      DataJson.completeness(out, found.completeness());
      out.endObject();
    };
  }

  /** One thing. */
  public static <T> JsonOut.Text one(T thing, Members<? super T> members) {
    return out -> {
      out.object();
      members.write(out, thing);
      out.endObject();
    };
  }

  /** Who the caller is. */
  public static void caller(JsonOut out, DescribeCaller.Found found) throws IOException {
    EnterpriseId own = found.caller().enterprise();
    out.text("role", found.caller().role().word())
        .text("name", found.caller().name())
        .text("token", found.caller().tokenId())
        .text("platform", found.caller().platform())
        .text("enterprise", own == null ? null : own.text())
        .texts("enterprises", found.enterprises().stream().map(EnterpriseId::text).toList())
        .texts("platforms", found.platforms());
  }

  /** An enterprise of a list: of another's, what everybody may know. */
  public static void seen(JsonOut out, ListEnterprises.Seen seen) throws IOException {
    if (seen.isGranted()) {
      out.text("id", seen.enterprise().id().text())
          .text("name", seen.enterprise().name())
          .text("region", seen.enterprise().region())
          .flag("granted", true);
    } else {
      enterprise(out, seen.enterprise());
    }
  }

  /** An enterprise. */
  public static void enterprise(JsonOut out, Enterprise enterprise) throws IOException {
    out.text("id", enterprise.id().text())
        .text("name", enterprise.name())
        .text("region", enterprise.region())
        .texts("platforms", enterprise.platforms())
        .text("retention", enterprise.retention().word())
        .text("subDevices", enterprise.subDevices().word())
        .time("created", enterprise.created());
  }

  /** What an enterprise may use. */
  public static void quotas(JsonOut out, Quotas quotas) throws IOException {
    for (Quota quota : Quota.values()) {
      out.number(quota.word(), quotas.of(quota));
    }
  }

  /** An enterprise with its counts. */
  public static void enterprise(JsonOut out, ReadEnterprise.Found found) throws IOException {
    enterprise(out, found.enterprise());
    out.object("devices")
        .number("total", found.devices().total())
        .number("online", found.devices().online())
        .number("offline", found.devices().offline())
        .number("never", found.devices().never())
        .number("unknown", found.devices().unknown())
        .endObject()
        .object("messages")
        .number("accepted", found.counts().messagesAccepted())
        .number("refused", found.counts().messagesRefused())
        .endObject()
        .object("readings")
        .number("accepted", found.counts().readingsAccepted())
        .number("refused", found.counts().readingsRefused())
        .endObject();
    ReadEnterprise.@Nullable Usage usage = found.usage();
    out.object("usage")
        .decimal("messagesPerSecond", usage == null ? null : usage.messagesPerSecond())
        .number("quota", found.enterprise().quotas().of(Quota.ENTERPRISE_MESSAGES))
        .time("countedAt", usage == null ? null : Instant.ofEpochMilli(usage.countedMillis()))
        .endObject();
    DataJson.completeness(out, found.completeness());
  }

  /** A device in a list. */
  public static void device(JsonOut out, FleetDevice device) throws IOException {
    out.text("id", device.id().text())
        .text("name", device.name())
        .text("kind", device.kind().word())
        .text("gateway", text(device.gateway()))
        .text("model", device.model())
        .text("factory", device.factory())
        .text("line", device.line())
        .text("lifecycle", device.lifecycle().word())
        .text("connection", device.connection().word())
        .time("since", device.sinceMicros())
        .time("created", device.createdMicros());
    IdentifierJson.identifiers(out, device.identifiers());
    out.object("health");
    HealthJson.axes(out, device.health());
    out.endObject();
  }

  /** A device with what it reports. */
  public static void deviceWithMetrics(JsonOut out, FleetDevice device) throws IOException {
    device(out, device);
    out.texts("metrics", device.metrics());
  }

  /** A device that was created just now, with its token. */
  public static void created(JsonOut out, CreateDevices.WithToken created) throws IOException {
    Device row = created.device();
    device(out, FleetDevice.created(row));
    out.time("predecessorDeleted", created.predecessorDeleted());
    token(out, created.token());
  }

  /** A token of a person or program, without its secret. */
  public static void credential(JsonOut out, Credential credential) throws IOException {
    boolean isOperators = credential.owner().equals(EnterpriseId.OPERATOR);
    out.text("id", credential.id())
        .text("enterprise", isOperators ? null : credential.owner().text())
        .text("role", credential.role().word())
        .text("name", credential.name())
        .text("platform", credential.bounds().platform());
    AccessJson.bounds(out, credential.bounds());
    out.time("created", credential.created()).time("expires", credential.expires());
  }

  /** A token that was created just now, with its secret. */
  public static void created(JsonOut out, Drawn.Token drawn) throws IOException {
    credential(out, drawn.credential());
    token(out, drawn.token());
  }

  /** A device's credential, without its secret. */
  public static void deviceCredential(JsonOut out, Credential credential) throws IOException {
    out.text("id", credential.id())
        .text("kind", credential.kind().word())
        .text("fingerprint", credential.fingerprint())
        .time("created", credential.created())
        .time("expires", credential.expires());
  }

  /** A device's credential that was created just now, with what to show to log in. */
  public static void drawn(JsonOut out, Drawn drawn) throws IOException {
    deviceCredential(out, drawn.credential());
    switch (drawn) {
      case Drawn.Token made -> token(out, made.token());
      case Drawn.Password made ->
          out.text("userName", made.userName()).text("password", made.password());
      case Drawn.Certificate made -> out.text("commonName", made.commonName());
    }
  }

  /** A token with its secret. */
  public static void token(JsonOut out, AccessToken token) throws IOException {
    out.text("token", token.text());
  }

  /** What was looked at to tell whether the program is ready. */
  public static JsonOut.Text readiness(boolean isUp, Iterable<CheckReadiness.Check> checks) {
    return out -> {
      out.object().text("status", word(isUp)).array("checks");
      for (CheckReadiness.Check check : checks) {
        out.object()
            .text("name", check.name())
            .text("status", word(check.isUp()))
            .text("detail", check.detail())
            .endObject();
      }
      out.endArray().endObject();
    };
  }

  private static String word(boolean isUp) {
    return isUp ? "up" : "down";
  }

  private static @Nullable String text(@Nullable DeviceId id) {
    return id == null ? null : id.text();
  }
}
