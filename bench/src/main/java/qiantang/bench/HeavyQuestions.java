package qiantang.bench;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import qiantang.store.model.EnterpriseId;

/**
 * The heaviest questions that the API lets somebody ask, of each kind one: about a fleet with a
 * history, about an enterprise with many devices, and about one of which much was refused.
 */
final class HeavyQuestions {
  private static final long HOUR_MILLIS = 3_600_000;
  private static final long DAY_MILLIS = 24 * HOUR_MILLIS;

  // What the API has as its limits.
  private static final int SAMPLES_MAX = 1_000_000;
  private static final int DEVICES_MAX = 1000;
  private static final int POINTS_MAX = 11_000;
  private static final int CELLS_MAX = 300_000;

  // 8,640 quarter hours of 90 days are below the limit of 11,000 intervals.
  private static final int DAYS_ASKED = 90;

  private final MachineFleet fleet;
  private final EnterpriseId history;
  private final EnterpriseId large;
  private final EnterpriseId refused;

  /**
   * What is asked, and of whom.
   *
   * @param name in the table
   * @param owner whose token it takes
   * @param body what is posted; null where it is a GET
   * @param type of the answer
   */
  record Question(
      String name, EnterpriseId owner, String path, @Nullable JsonObject body, String type) {}

  /**
   * Questions about three enterprises.
   *
   * @param history has the fleet
   * @param large has many devices that never sent anything
   * @param refused was refused many messages
   */
  HeavyQuestions(
      MachineFleet fleet, EnterpriseId history, EnterpriseId large, EnterpriseId refused) {
    this.fleet = fleet;
    this.history = history;
    this.large = large;
    this.refused = refused;
  }

  /** All of them; each time they are about the next device. */
  List<Function<Integer, Question>> all() {
    return List.of(
        turn -> ofDevice("raw: 1,000,000 samples", turn, begin(), "limit=" + SAMPLES_MAX),
        turn -> ofDevice("chart: points=11000, all metrics", turn, begin(), "points=" + POINTS_MAX),
        turn ->
            ofDevice(
                "intervals: 90 days by 15 minutes, all metrics",
                turn,
                end() - DAYS_ASKED * DAY_MILLIS,
                "interval=15m&aggregate=avg,min,max,sum,count,first,last,delta"),
        turn ->
            get(
                "totals: 90 days by the hour, all devices and metrics",
                history,
                "/series?interval=1h&aggregate=avg,min,max,sum,count,delta&from=%d&to=%d"
                    .formatted(end() - DAYS_ASKED * DAY_MILLIS, end())),
        turn -> sets(),
        turn -> get("latest: of 1,000 devices", history, "/latest?limit=" + DEVICES_MAX),
        turn ->
            post(
                "batch: latest of 1,000 by name",
                "/latest:batch",
                new JsonObject().put("devices", devices()),
                "application/json"),
        turn ->
            post(
                "many: samples of 1,000 devices as CSV",
                "/series:query",
                new JsonObject()
                    .put("devices", devices())
                    .put("from", begin())
                    .put("to", end())
                    .put("limit", SAMPLES_MAX),
                "text/csv"),
        turn -> get("list: a text that one device has", large, "/devices?limit=1000&text=-000007"),
        turn -> get("refused: 1,000 with payload", refused, "/rejections?limit=1000"));
  }

  private long begin() {
    return fleet.beginMinute() * 60_000;
  }

  private long end() {
    return fleet.endMinute() * 60_000;
  }

  private Question ofDevice(String name, int turn, long from, String query) {
    return get(
        name,
        history,
        "/devices/%s/series?from=%d&to=%d&%s"
            .formatted(MachineFleet.device(turn % fleet.devices()), from, end(), query));
  }

  /** As many sets and intervals as one answer may have. */
  private Question sets() {
    long hours = fleet.devices() * 24L * fleet.days();
    return post(
        "sets: each device by itself, all days",
        "/aggregate:query",
        new JsonObject()
            .put("metric", MachineFleet.metric(MachineFleet.ENERGY))
            .put("of", "delta")
            .put("by", "device")
            .put("from", begin())
            .put("to", end())
            .put("interval", hours <= CELLS_MAX ? "1h" : "6h"),
        "application/json");
  }

  /** Those of the fleet, and where these are fewer some that nobody knows. */
  private static JsonArray devices() {
    JsonArray devices = new JsonArray();
    IntStream.range(0, DEVICES_MAX).forEach(i -> devices.add(MachineFleet.device(i).text()));
    return devices;
  }

  private static Question get(String name, EnterpriseId owner, String path) {
    return new Question(name, owner, "/v1/enterprises/" + owner + path, null, "application/json");
  }

  private Question post(String name, String path, JsonObject body, String type) {
    return new Question(name, history, "/v1/enterprises/" + history + path, body, type);
  }
}
