package qiantang.query.http;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import qiantang.query.auth.Leave;
import qiantang.query.change.DeleteData;
import qiantang.query.json.DeletionJson;
import qiantang.query.read.ListDeletions;
import qiantang.store.fold.Mask;
import qiantang.store.model.DeviceId;

/** What is deleted on request. */
public final class DeletionEndpoints {
  private final DeleteData deleteData;
  private final ListDeletions listDeletions;

  /** Answers by these use cases. */
  public DeletionEndpoints(DeleteData deleteData, ListDeletions listDeletions) {
    this.deleteData = deleteData;
    this.listDeletions = listDeletions;
  }

  Answer deleteOfEnterprise(Leave leave, Request request) {
    return delete(leave, null, request);
  }

  Answer deleteOfDevice(Leave leave, Request request) {
    Optional<DeviceId> device = DeviceEndpoints.idOf(request);
    return device.isEmpty() ? Answer.notFound("device") : delete(leave, device.get(), request);
  }

  private Answer delete(Leave leave, @Nullable DeviceId device, Request request) {
    Faults faults = new Faults();
    Parameters parameters = new Parameters(request, faults);
    long beforeMicros = parameters.timeMicros("before", Mask.ALL_TIMES);
    parameters.refuseOthers();
    if (faults.areAny()) {
      return faults.answer();
    }
    return switch (deleteData.run(leave, device, beforeMicros)) {
      case DeleteData.Result.Hidden hidden -> Answer.json(202, DeletionJson.one(hidden.deletion()));
      case DeleteData.Result.NoDevice none -> Answer.notFound("device");
      case DeleteData.Result.TooMany many ->
          Answer.problem(
              Problem.TOO_MANY_DELETIONS,
              "nothing was deleted, because %d deletions are remembered already: one of the whole"
                      .formatted(many.max())
                  + " enterprise takes the place of them all");
    };
  }

  Answer list(Leave leave, Request request) {
    Faults faults = new Faults();
    new Parameters(request, faults).refuseOthers();
    return faults.areAny()
        ? faults.answer()
        : Answer.json(200, DeletionJson.all(listDeletions.run(leave)));
  }
}
