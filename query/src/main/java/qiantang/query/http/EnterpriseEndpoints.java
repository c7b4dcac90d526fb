package qiantang.query.http;

import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import qiantang.query.auth.Caller;
import qiantang.query.auth.Leave;
import qiantang.query.change.ChangeEnterprise;
import qiantang.query.change.CreateEnterprise;
import qiantang.query.json.RegistryJson;
import qiantang.query.read.DescribeCaller;
import qiantang.query.read.ListEnterprises;
import qiantang.query.read.Page;
import qiantang.query.read.ReadEnterprise;
import qiantang.store.model.EnterpriseId;
import qiantang.store.registry.Enterprise;
import qiantang.store.registry.Retention;
import qiantang.store.registry.SubDevices;

/** Callers and enterprises. */
public final class EnterpriseEndpoints {
  static final int LIMIT_USUAL = 100;
  static final int LIMIT_MAX = 1000;

  private static final int PLATFORMS_MAX = 100;

  private final DescribeCaller describeCaller;
  private final ListEnterprises listEnterprises;
  private final ReadEnterprise readEnterprise;
  private final CreateEnterprise createEnterprise;
  private final ChangeEnterprise changeEnterprise;
  private final Conditions conditions;

  /** Answers by these use cases. */
  public EnterpriseEndpoints(
      DescribeCaller describeCaller,
      ListEnterprises listEnterprises,
      ReadEnterprise readEnterprise,
      CreateEnterprise createEnterprise,
      ChangeEnterprise changeEnterprise,
      Conditions conditions) {
    this.describeCaller = describeCaller;
    this.listEnterprises = listEnterprises;
    this.readEnterprise = readEnterprise;
    this.createEnterprise = createEnterprise;
    this.changeEnterprise = changeEnterprise;
    this.conditions = conditions;
  }

  Answer me(Caller caller, Request request) {
    return Answer.json(200, RegistryJson.one(describeCaller.run(caller), RegistryJson::caller))
        .tagged(Tag.BY_CONTENT);
  }

  Answer list(Caller caller, Request request) {
    Faults faults = new Faults();
    Parameters parameters = new Parameters(request, faults);
    int limit = parameters.limit(LIMIT_USUAL, LIMIT_MAX);
    EnterpriseId after = parameters.cursor(Cursor.ENTERPRISES, EnterpriseEndpoints::id);
    parameters.refuseOthers();
    if (faults.areAny()) {
      return faults.answer();
    }
    Page<ListEnterprises.Seen> page = listEnterprises.run(caller, after, limit);
    String next = Cursor.ENTERPRISES.encode(request, page.next());
    return Answer.json(200, RegistryJson.page(page, next, RegistryJson::seen))
        .tagged(Tag.BY_CONTENT);
  }

  Answer read(Leave leave, Request request) {
    return readEnterprise
        .run(leave)
        .map(
            found ->
                Answer.json(200, RegistryJson.one(found, RegistryJson::enterprise))
                    .tagged(tag(found.enterprise())))
        .orElseGet(() -> Answer.notFound("enterprise"));
  }

  /** Of what people change; its counts change all the time, and its quotas have their own path. */
  private static Tag tag(Enterprise enterprise) {
    return Tag.of(
        enterprise.name(),
        enterprise.region(),
        enterprise.platforms(),
        enterprise.retention(),
        enterprise.subDevices());
  }

  Answer create(Caller operator, Request request) {
    Faults faults = new Faults();
    CreateEnterprise.Wanted wanted = wanted(new Members(request.body(), "", faults));
    if (faults.areAny()) {
      return faults.answer();
    }
    return switch (createEnterprise.run(wanted)) {
      case CreateEnterprise.Result.Created created ->
          Answer.json(201, RegistryJson.one(created.enterprise(), RegistryJson::enterprise))
              .with("Location", "/v1/enterprises/" + wanted.id());
      case CreateEnterprise.Result.Exists exists ->
          Answer.problem(
              Problem.CONFLICT, "the id '" + wanted.id() + "' is taken: choose another one");
      case CreateEnterprise.Result.NoPlatforms none -> {
        faults.member(
            "/platforms",
            "there are no platforms " + none.unknown() + ": GET /v1/platforms lists all");
        yield faults.answer();
      }
    };
  }

  Answer change(Leave leave, Request request) {
    Faults faults = new Faults();
    Members members = new Members(request.body(), "", faults);
    String form = "it is create or known-only";
    SubDevices setting = members.parsed("subDevices", form, SubDevices::ofWord);
    if (!members.isGiven("subDevices")) {
      members.fault("subDevices", "it must be given: " + form);
    }
    members.refuseOthers();
    if (faults.areAny() || setting == null) {
      return faults.answer();
    }
    return conditions.changing(
        leave,
        "settings",
        request,
        () -> changeEnterprise.now(leave).map(EnterpriseEndpoints::tag),
        () -> changed(changeEnterprise.run(leave, setting)));
  }

  private static Answer changed(Optional<Enterprise> enterprise) {
    return enterprise
        .map(
            now ->
                Answer.json(200, RegistryJson.one(now, RegistryJson::enterprise)).tagged(tag(now)))
        .orElseGet(() -> Answer.notFound("enterprise"));
  }

  private static CreateEnterprise.Wanted wanted(Members members) {
    EnterpriseId id = members.enterpriseNeeded("id");
    String name = members.nameNeeded("name");
    String region = members.name("region");
    Set<String> platforms = new LinkedHashSet<>(members.texts("platforms"));
    if (platforms.size() > PLATFORMS_MAX) {
      members.fault("platforms", "name at most " + PLATFORMS_MAX);
    }
    Retention retention =
        members.parsed(
            "retention", "it takes 30d, 1y or 10y", text -> Retention.ofWord(text).orElse(null));
    members.refuseOthers();
    return new CreateEnterprise.Wanted(
        id,
        name,
        region == null ? "" : region,
        platforms,
        retention == null ? Retention.YEAR_1 : retention);
  }

  static @Nullable EnterpriseId id(String text) {
    return EnterpriseId.isValid(text) ? new EnterpriseId(text) : null;
  }
}
