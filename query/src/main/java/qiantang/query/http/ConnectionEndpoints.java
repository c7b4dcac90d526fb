package qiantang.query.http;

import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import qiantang.query.auth.Leave;
import qiantang.query.json.ConnectionsJson;
import qiantang.query.read.ReadConnections;
import qiantang.store.model.DeviceId;

/** When devices were connected. */
public final class ConnectionEndpoints {
  private static final Pattern CONNECTION_ID =
      Pattern.compile("[0-7][0-9a-f]{15}-[0-9a-f-]{1,110}");

  private final ReadConnections readConnections;

  /** Answers by this use case. */
  public ConnectionEndpoints(ReadConnections readConnections) {
    this.readConnections = readConnections;
  }

  Answer ofDevice(Leave leave, Request request) {
    Faults faults = new Faults();
    Parameters parameters = new Parameters(request, faults);
    int limit = parameters.limit(EnterpriseEndpoints.LIMIT_USUAL, EnterpriseEndpoints.LIMIT_MAX);
    long fromMicros = parameters.timeMicros("from", Long.MIN_VALUE);
    long toMicros = parameters.timeMicros("to", Long.MAX_VALUE);
    @Nullable String beforeId =
        parameters.cursor(
            Cursor.CONNECTIONS, id -> CONNECTION_ID.matcher(id).matches() ? id : null);
    parameters.refuseOthers();
    if (faults.areAny()) {
      return faults.answer();
    }
    Optional<DeviceId> device = DeviceEndpoints.idOf(request);
    return device
        .flatMap(
            id ->
                readConnections.run(
                    leave, id, new ReadConnections.Wanted(fromMicros, toMicros, beforeId, limit)))
        .map(
            answer ->
                Answer.json(
                    200,
                    ConnectionsJson.connections(
                        answer, Cursor.CONNECTIONS.encode(request, answer.next()))))
        .orElseGet(() -> Answer.notFound("device"));
  }
}
