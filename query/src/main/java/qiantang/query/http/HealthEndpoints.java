package qiantang.query.http;

import java.time.InstantSource;
import java.util.Optional;
import qiantang.query.auth.Leave;
import qiantang.query.json.HealthJson;
import qiantang.query.read.ReadHealth;
import qiantang.store.health.EnterpriseCount.Level;
import qiantang.store.model.DeviceId;

/** How well devices are. */
public final class HealthEndpoints {
  private final ReadHealth readHealth;
  private final InstantSource clock;

  /** Answers by this use case. */
  public HealthEndpoints(ReadHealth readHealth, InstantSource clock) {
    this.readHealth = readHealth;
    this.clock = clock;
  }

  Answer ofEnterprise(Leave leave, Request request) {
    Faults faults = new Faults();
    Parameters parameters = new Parameters(request, faults);
    Level level = parameters.word("by", Level.class, Level::word);
    parameters.refuseOthers();
    if (faults.areAny()) {
      return faults.answer();
    }
    return Answer.json(200, HealthJson.enterprise(readHealth.run(leave), level));
  }

  Answer ofDevice(Leave leave, Request request) {
    Faults faults = new Faults();
    new Parameters(request, faults).refuseOthers();
    if (faults.areAny()) {
      return faults.answer();
    }
    Optional<DeviceId> device = DeviceEndpoints.idOf(request);
    return device
        .flatMap(id -> readHealth.ofDevice(leave, id))
        .map(found -> Answer.json(200, HealthJson.device(found, clock.millis())))
        .orElseGet(() -> Answer.notFound("device"));
  }
}
