package qiantang.query.http;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import qiantang.query.auth.Leave;
import qiantang.query.change.ChangeQuotas;
import qiantang.query.json.RegistryJson;
import qiantang.query.read.ReadQuotas;
import qiantang.store.registry.Quota;
import qiantang.store.registry.Quotas;

/** What enterprises may use of an ingest node. */
public final class QuotaEndpoints {
  private final ReadQuotas readQuotas;
  private final ChangeQuotas changeQuotas;
  private final Conditions conditions;

  /** Answers by these use cases. */
  public QuotaEndpoints(ReadQuotas readQuotas, ChangeQuotas changeQuotas, Conditions conditions) {
    this.readQuotas = readQuotas;
    this.changeQuotas = changeQuotas;
    this.conditions = conditions;
  }

  Answer read(Leave leave, Request request) {
    return answer(readQuotas.run(leave));
  }

  Answer change(Leave leave, Request request) {
    Faults faults = new Faults();
    Members members = new Members(request.body(), "", faults);
    Map<Quota, Long> wanted = new EnumMap<>(Quota.class);
    for (Quota quota : Quota.values()) {
      if (members.isThere(quota.word())) {
        wanted.put(quota, members.wholeOrUsual(quota.word(), Quota.LEAST, quota.most()));
      }
    }
    members.refuseOthers();
    if (wanted.isEmpty()) {
      members.fault("name the quotas to change; null makes one the usual one");
    }
    if (faults.areAny()) {
      return faults.answer();
    }
    return conditions.changing(
        leave,
        "quotas",
        request,
        () -> readQuotas.run(leave).map(QuotaEndpoints::tag),
        () -> answer(changeQuotas.run(leave, wanted)));
  }

  private static Tag tag(Quotas quotas) {
    return Tag.of(Arrays.stream(Quota.values()).map(quotas::of).toArray());
  }

  private static Answer answer(Optional<Quotas> found) {
    return found
        .map(
            quotas ->
                Answer.json(200, RegistryJson.one(quotas, RegistryJson::quotas))
                    .tagged(tag(quotas)))
        .orElseGet(() -> Answer.notFound("enterprise"));
  }
}
