package qiantang.query.http;

import qiantang.query.auth.Caller;
import qiantang.query.json.HealthJson;
import qiantang.query.read.EnterpriseOrder;
import qiantang.query.read.OrderedPlace;
import qiantang.query.read.Page;
import qiantang.query.read.ReadPlatforms;
import qiantang.store.model.EnterpriseId;

/** The platforms of 1+N. */
public final class PlatformEndpoints {
  private final ReadPlatforms readPlatforms;

  /** Answers by this use case. */
  public PlatformEndpoints(ReadPlatforms readPlatforms) {
    this.readPlatforms = readPlatforms;
  }

  Answer list(Caller caller, Request request) {
    Faults faults = new Faults();
    new Parameters(request, faults).refuseOthers();
    return faults.areAny()
        ? faults.answer()
        : Answer.json(200, HealthJson.platforms(readPlatforms.list(caller))).tagged(Tag.BY_CONTENT);
  }

  Answer read(Caller caller, Request request) {
    Faults faults = new Faults();
    new Parameters(request, faults).refuseOthers();
    if (faults.areAny()) {
      return faults.answer();
    }
    return readPlatforms
        .one(caller, request.pathParameter("platform"))
        .map(found -> Answer.json(200, HealthJson.platform(found)).tagged(Tag.BY_CONTENT))
        .orElseGet(() -> Answer.notFound("platform"));
  }

  Answer enterprises(Caller caller, Request request) {
    Faults faults = new Faults();
    Parameters parameters = new Parameters(request, faults);
    int limit = parameters.limit(EnterpriseEndpoints.LIMIT_USUAL, EnterpriseEndpoints.LIMIT_MAX);
    EnterpriseOrder order = parameters.word("sort", EnterpriseOrder.class, EnterpriseOrder::word);
    if (order != null && order != EnterpriseOrder.ID) {
      return ranked(caller, request, parameters, order, limit, faults);
    }
    EnterpriseId after = parameters.cursor(Cursor.MEMBERS, EnterpriseEndpoints::id);
    parameters.refuseOthers();
    if (faults.areAny()) {
      return faults.answer();
    }
    return readPlatforms
        .enterprises(caller, request.pathParameter("platform"), after, limit)
        .map(
            page ->
                Answer.json(
                        200,
                        HealthJson.enterprises(page, Cursor.MEMBERS.encode(request, page.next())))
                    .tagged(Tag.BY_CONTENT))
        .orElseGet(() -> Answer.notFound("platform"));
  }

  private Answer ranked(
      Caller caller,
      Request request,
      Parameters parameters,
      EnterpriseOrder order,
      int limit,
      Faults faults) {
    OrderedPlace after =
        parameters.cursor(Cursor.RANKED, text -> OrderedPlace.parse(text, order.word()));
    parameters.refuseOthers();
    if (faults.areAny()) {
      return faults.answer();
    }
    String id = request.pathParameter("platform");
    return switch (readPlatforms.ranked(caller, id, order, after, limit)) {
      case ReadPlatforms.Ranked.Found(Page<ReadPlatforms.Item> page) ->
          Answer.json(200, HealthJson.enterprises(page, Cursor.RANKED.encode(request, page.next())))
              .tagged(Tag.BY_CONTENT);
      case ReadPlatforms.Ranked.NoPlatform _ -> Answer.notFound("platform");
      case ReadPlatforms.Ranked.TooMany(int max) -> {
        faults.parameter(
            "sort", "the platform has more than " + max + " enterprises: sort by another");
        yield faults.answer();
      }
    };
  }
}
