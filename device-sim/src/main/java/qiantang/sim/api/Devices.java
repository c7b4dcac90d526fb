package qiantang.sim.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import qiantang.sim.outcome.ExitCode;
import qiantang.sim.outcome.Outcome;

/** Makes devices through the API. */
public final class Devices {
  /** The API takes 1,000; half of that keeps a request short. */
  private static final int BATCH = 500;

  private final ApiClient api;

  public Devices(ApiClient api) {
    this.api = api;
  }

  /**
   * A device to be made.
   *
   * @param name what it is called; null for its id
   * @param gateway the id of the gateway it stands behind, or null
   */
  public record Draft(
      String id, @Nullable String name, boolean isGateway, @Nullable String gateway, String model) {

    /** A device that is called by its id. */
    public Draft(String id, boolean isGateway, @Nullable String gateway, String model) {
      this(id, null, isGateway, gateway, model);
    }
  }

  /** Makes the devices, all new, and answers their tokens in the same order. */
  public Outcome<List<String>> make(Target.Access access, List<Draft> drafts) {
    List<String> tokens = new ArrayList<>();
    for (int from = 0; from < drafts.size(); from += BATCH) {
      List<Draft> batch = drafts.subList(from, Math.min(drafts.size(), from + BATCH));
      String path = "/v1/enterprises/" + access.enterprise() + "/devices";
      switch (api.post(path, access.token(), body(batch))) {
        case Answer.Ok ok -> ok.body().path("items").forEach(i -> tokens.add(token(i)));
        case Answer.Refused refused -> {
          return failed(ExitCode.USAGE, access, refused.status() + " " + refused.detail());
        }
        case Answer.Unreachable unreachable -> {
          return failed(ExitCode.UNREACHABLE, access, unreachable.cause());
        }
      }
      if (tokens.size() != from + batch.size() || tokens.contains("")) {
        return failed(ExitCode.UNREACHABLE, access, "the answer lacks devices or their tokens");
      }
    }
    return new Outcome.Done<>(tokens);
  }

  private static String token(JsonNode item) {
    return item.path("token").asText();
  }

  private static ObjectNode body(List<Draft> batch) {
    ObjectNode body = JsonNodeFactory.instance.objectNode();
    ArrayNode devices = body.putArray("devices");
    for (Draft draft : batch) {
      ObjectNode device = devices.addObject().put("id", draft.id());
      if (draft.name() != null) {
        device.put("name", draft.name());
      }
      device.put("kind", draft.isGateway() ? "gateway" : "device");
      device.put("model", draft.model());
      if (draft.gateway() != null) {
        device.put("gateway", draft.gateway());
      }
    }
    return body;
  }

  private static Outcome<List<String>> failed(ExitCode code, Target.Access access, String cause) {
    return new Outcome.Failed<>(
        code,
        "cannot make devices in the enterprise "
            + access.enterprise()
            + ": "
            + cause
            + "; check the target and the token");
  }
}
